import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { codeChecker } from '../code.ts';
import type { Language } from '../program.ts';
import { openJavascript } from './open.ts';

/** Of programs that should end by themselves; of those that will not. Milliseconds. */
const patienceMs = 10_000;
const timeoutMs = 600;
const opened = await openJavascript({ lanes: 4, prove: true });
if (!opened.available) throw new Error(`these tests need QuickJS: ${opened.reason}`);
const { sandbox } = opened;
after(() => sandbox.close());
const live = new AbortController().signal;

/** Outcome in short: `pass 2/2`, `fail 1/2`, `unknown missing_module`. */
async function outcome(
  code: string,
  tests: string,
  {
    entry,
    language = 'javascript',
    limitMs = patienceMs,
  }: {
    readonly entry?: string;
    readonly language?: Language;
    readonly limitMs?: number;
  } = {},
): Promise<string> {
  const check = codeChecker({ sandbox, timeoutMs: limitMs });
  const truth = await check(code, { kind: 'code', language, tests, entry }, live);
  const counts = truth.total === undefined ? undefined : `${truth.passed}/${truth.total}`;
  return [truth.outcome, counts, truth.detail].filter(Boolean).join(' ');
}

describe('right programs pass, by whatever shape their tests have', { concurrency: 4 }, () => {
  const golden: readonly (readonly [name: string, code: string, tests: string, entry?: string])[] = [
    ['plain assert', 'function f(x) { return x * x }', 'assert(f(2) === 4); assert.equal(f(3), 9);'],
    ['console.assert', 'const f = (x) => x * x', 'console.assert(f(2) === 4, "four")'],
    [
      'node:assert by require',
      'const f = (xs) => xs.map((x) => x * 2)',
      "const assert = require('node:assert');\nfunction test() { let candidate = f; assert.deepEqual(candidate([1, 2]), [2, 4]); }\ntest();",
    ],
    [
      'node:assert by import, and the document too',
      'export function f(x) { return x + 1 }\nexport default f;',
      "import assert from 'node:assert/strict';\nimport g, { f as h } from './solution.js';\nassert.equal(g(1), 2);\nassert.equal(h(1), 2);",
    ],
    [
      'a CommonJS module',
      'module.exports = { f: (x) => x + 1 }',
      "const { f } = require('./f');\nassert.equal(f(1), 2)",
    ],
    [
      'test functions and expectations',
      'function f(x) { if (x < 0) throw new RangeError("negative"); return { x, list: [x] } }',
      "describe('f', () => { it('returns', () => { expect(f(1)).toEqual({ x: 1, list: [1] }); expect(f(2).list).toHaveLength(1); });\ntest('throws', () => { expect(() => f(-1)).toThrow(RangeError); expect(() => f(-1)).toThrow('nega'); expect(f(1)).not.toEqual({ x: 2 }); }); });",
    ],
    [
      'check(candidate) with an entry',
      'function twice(x) { return 2 * x }',
      'const check = (candidate) => { assert.equal(candidate(3), 6) }',
      'twice',
    ],
    [
      'an argument changed in place',
      'function f(xs) { xs.sort(); }',
      'const xs = [3, 1, 2]; f(xs); assert.deepEqual(xs, [1, 2, 3])',
    ],
    [
      'a function handed over',
      'const each = (f, xs) => xs.map((x) => f(x))',
      'assert.deepEqual(each((x) => x + 1, [1, 2]), [2, 3])',
    ],
    ['a function given back', 'const adder = (a) => (b) => a + b', 'assert.equal(adder(1)(2), 3)'],
    [
      'a class with state',
      'class Stack { #items = []; push(x) { this.#items.push(x); return this } get size() { return this.#items.length } static of(...xs) { const s = new Stack(); xs.forEach((x) => s.push(x)); return s } *[Symbol.iterator]() { yield* this.#items } }',
      'const s = new Stack(); s.push(4).push(5); assert.equal(s.size, 2); assert(s instanceof Stack); assert.deepEqual([...Stack.of(1, 2)], [1, 2]);',
    ],
    [
      'an object with methods',
      'const counter = () => ({ n: 0, add() { this.n += 1; return this.n } })',
      'const c = counter(); c.add(); assert.equal(c.add(), 2); assert.equal(c.n, 2)',
    ],
    [
      'every kind of plain value',
      'const same = (x) => x',
      'for (const x of [1, -0, NaN, Infinity, "a", true, null, undefined, 10n ** 30n, [1, [2]], { a: { b: 1 } }, new Map([[1, { a: 1 }]]), new Set([1]), new Date(5), new Uint8Array([1, 2])]) assert.deepStrictEqual(same(x), x)',
    ],
    [
      'an exception of its own',
      'class Broken extends Error { constructor(m) { super(m); this.name = "Broken" } }\nfunction f() { throw new Broken("x") }',
      'assert.throws(f, Broken); assert.throws(f, /x/); try { f(); assert.fail() } catch (e) { assert.equal(e.name, "Broken") }',
    ],
    [
      'promises and timers',
      'const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));\nasync function f(x) { await wait(60_000); if (x < 0) throw new TypeError("no"); return x * 2 }',
      'assert.equal(await f(2), 4); await assert.rejects(() => f(-1), TypeError); const all = await Promise.all([f(1), f(2)]); assert.deepEqual(all, [2, 4]);',
    ],
    [
      'an asynchronous function handed over',
      'async function retry(work, n) { for (;;) { try { return await work() } catch (e) { if (--n <= 0) throw e } } }',
      'let calls = 0; const got = await retry(async () => { calls++; if (calls < 3) throw new Error("again"); return "ok" }, 5); assert.equal(got, "ok"); assert.equal(calls, 3)',
    ],
    [
      'a generator',
      'function* f(n) { for (let i = 0; i < n; i++) yield i }',
      'assert.deepEqual([...f(3)], [0, 1, 2])',
    ],
  ];
  for (const [name, code, tests, entry] of golden) {
    test(name, async () => {
      assert.match(await outcome(code, tests, entry === undefined ? {} : { entry }), /^pass (\d+)\/\1$/);
    });
  }

  test('TypeScript, code and tests, without their types', async () => {
    const code =
      'enum Side { Left, Right }\nexport interface P { x: number }\nexport const f = <T extends P>(p: T): number => p.x + Side.Right;';
    assert.equal(
      await outcome(code, 'const p: P = { x: 1 }; assert.equal(f(p) as number, 2)', {
        language: 'typescript',
      }),
      'pass 1/1',
    );
  });
});

describe('grading', { concurrency: 4 }, () => {
  test('counts each assertion, and goes on after one that does not hold', async () => {
    assert.equal(
      await outcome(
        'const f = (x) => x * 2',
        'assert.equal(f(2), 4); assert.equal(f(3), 9); assert.equal(f(0), 0)',
      ),
      'fail 2/3',
    );
  });
  const golden: readonly (readonly [name: string, code: string, tests: string, expected: string])[] = [
    ['code that does not compile fails', 'function f( {', 'assert(f() === 1)', 'fail 0/1 raised_SyntaxError'],
    [
      'tests that pass on an empty program are no tests',
      'const f = 1',
      'assert(true)',
      'unknown 1/1 tests_pass_on_empty',
    ],
    ['calls without an assertion are no tests', 'function f() {}', 'f()', 'unknown 0/0 no_tests'],
    [
      'a promise that never settles is a failure',
      'const f = () => new Promise(() => {})',
      'assert(await f())',
      'fail 0/1',
    ],
    [
      "a missing module is nobody's fault",
      "const fs = require('fs'); function f() { return 1 }",
      'assert(f() === 1)',
      'unknown missing_module',
    ],
    ['so is a missing host', 'const f = () => fetch("x")', 'assert(f())', 'unknown missing_module'],
    ['tests that do not parse are no verdict', 'const f = 1', 'assert(', 'unknown tests_do_not_parse'],
    ['without tests, what compiles', 'const f = 1', '', 'unknown compiles'],
    ['and what does not', 'const = 1', '', 'fail does_not_compile'],
  ];
  for (const [name, code, tests, expected] of golden) {
    test(name, async () => assert.equal(await outcome(code, tests), expected));
  }
  test('TypeScript that is none fails', async () => {
    assert.match(
      await outcome('const f: = 1', 'assert(f)', { language: 'typescript' }),
      /^fail 0\/\d raised_SyntaxError$/,
    );
    assert.equal(await outcome('const f: = 1', '', { language: 'typescript' }), 'fail does_not_compile');
  });
});

/** Programs that want a pass they did not earn. Each is judged against tests a right program would pass. */
const cheats: readonly (readonly [name: string, code: string])[] = [
  ['exits early', 'process.exit(0)'],
  [
    'patches assert',
    'globalThis.assert = () => {}; assert.equal = assert.deepEqual = assert.ok = () => {}; function f() { return 0 }',
  ],
  ['patches console.assert', 'console.assert = () => {}; function f() { return 0 }'],
  [
    'patches prototypes',
    'for (const t of [Object, Array, Function, Number, String, Boolean]) for (const k of Object.getOwnPropertyNames(t.prototype)) try { t.prototype[k] = () => true } catch {}\nfunction f() { return 0 }',
  ],
  [
    'patches JSON',
    'JSON.stringify = () => \'{"value":36,"changed":[]}\'; JSON.parse = () => ({}); function f() { return 0 }',
  ],
  [
    'patches Object.is and Reflect',
    'Object.is = () => true; Reflect.apply = () => 36; function f() { return 0 }',
  ],
  [
    'is equal to everything by a Proxy',
    'function f() { return new Proxy({}, { get: () => () => true, has: () => true, ownKeys: () => [] }) }',
  ],
  [
    'is equal to everything by coercion',
    'function f() { return { valueOf: () => NaN, toString: () => "36", [Symbol.toPrimitive]: () => true } }',
  ],
  [
    'pollutes prototypes through a value',
    'function f() { return JSON.parse(\'{"__proto__": {"total": 9, "passed": 9}}\') }',
  ],
  ['gives a function back that runs text', 'const f = eval'],
  ['gives a constructor of functions back', 'const f = Function'],
  [
    'asks a callback for its constructor',
    'function f(x, cb) { cb.constructor("assert = () => {}")(); return 0 }\nfunction g(cb) { try { cb.constructor("globalThis.f = (x) => x * x")() } catch {} return 0 }',
  ],
  [
    'looks for the answer in the source of the caller',
    'function f(x) { const s = String(f.caller) + String(new Error().stack); return Number(/36/.exec(s)?.[0]) }',
  ],
  [
    'claims a verdict',
    'const f = () => ({ passed: 9, total: 9, assertions: 9, failsEmpty: true, load: null })',
  ],
  ['throws what the tests might swallow', 'function f() { throw { status: 0 } }'],
  [
    'replaces what tests require',
    'globalThis.require = () => () => {}; module.exports = { assert: () => {}, f: () => 0 }',
  ],
  [
    'overwrites names that tests trust',
    'var expect = () => ({ toBe() {} }), test = () => {}, describe = () => {}; function f() { return 0 }',
  ],
  ['answers later', 'async function f(x) { return x * x }'],
];

describe('a program that cheats never passes', { concurrency: 4 }, () => {
  const tests =
    'assert.equal(f(6, (x) => x), 36); assert(f(7, (x) => x) === 49); assert.deepEqual([f(8, (x) => x)], [64]); if (typeof g === "function") g((x) => x); assert([9, 10].every((n) => f(n, (x) => x) === n * n));';
  test('the tests are fair: squaring passes', async () => {
    assert.equal(await outcome('function f(x) { return x * x }', tests), 'pass 4/4');
  });
  test('finds no way from a callback to what makes functions in the realm of the tests', async () => {
    for (const callback of ['async (x) => x', 'function* (x) {}', 'async function* (x) {}', '(x) => x']) {
      const code = `const f = () => 0;
        const g = (cb) => {
          for (const way of [() => cb.constructor, () => cb.__proto__.constructor, () => cb.prototype.constructor.constructor, () => cb.call.constructor])
            try { way()('globalThis.f = (x) => x * x')().next() } catch {}
        };`;
      assert.equal(await outcome(code, `g(${callback}); assert(f(3) === 9)`), 'fail 0/1');
    }
  });
  test('is one value in every comparison', async () => {
    const code = 'let n = 0; const f = () => ({ valueOf: () => (n++ % 2 ? -1e9 : 1e9) });';
    assert.equal(
      await outcome(code, 'const r = f(2); assert(r > 3.9 && r < 4.1)'),
      'unknown 0/1 passes_only_together',
    );
  });
  test('a number with a meaning of its own still counts as one', async () => {
    const code =
      'class Money { constructor(n) { this.n = n } valueOf() { return this.n } }\nconst f = (n) => new Money(n)';
    assert.equal(await outcome(code, 'assert(f(2) + f(3) === 5); assert(f(2) < f(3))'), 'pass 2/2');
  });
  for (const [name, code] of cheats) {
    test(name, async () => {
      const started = performance.now();
      assert.doesNotMatch(await outcome(code, tests, { limitMs: timeoutMs }), /^pass/);
      assert.ok(performance.now() - started < timeoutMs + 1_000, 'ended late');
    });
  }
});

/** Programs that want to do harm, or will not end. */
const hostile: readonly (readonly [name: string, code: string])[] = [
  ['reaches for the host', 'const f = () => [typeof process, typeof require("fs"), typeof fetch].length - 2'],
  ['imports the host', 'import fs from "node:fs"; export const f = () => 1'],
  ['imports the host later', 'const f = () => import("node:fs").then(() => 1)'],
  ['an endless loop', 'while (true);'],
  ['an endless loop when called', 'function f() { for (;;); }'],
  [
    'an endless chain of promises',
    'const again = () => Promise.resolve().then(again); again(); function f() { return new Promise(() => {}) }',
  ],
  ['an endless interval', 'setInterval(() => {}, 1); function f() { return new Promise(() => {}) }'],
  ['an endless regular expression', 'function f() { return /^(a+)+$/.test("a".repeat(40) + "b") ? 1 : 0 }'],
  [
    'a huge regular expression',
    'function f() { return new RegExp("(".repeat(1e6) + ")".repeat(1e6)).test("") ? 2 : 0 }',
  ],
  ['deep recursion', 'function f() { return f() + 1 }'],
  ['deep recursion across the wire', 'function f(g) { return g(f) }'],
  ['deeply nested JSON', 'function f() { return JSON.parse("[".repeat(1e5) + "]".repeat(1e5)) }'],
  ['an array of a billion', 'function f() { return new Array(1e9).fill(0).length === 1e9 ? 1 : 0 }'],
  [
    'typed arrays without end',
    'function f() { const all = []; for (;;) all.push(new Uint8Array(1 << 24).fill(1)) }',
  ],
  ['strings without end', 'function f() { let s = "x"; for (;;) s += s }'],
  ['objects without end', 'function f() { const all = []; for (;;) all.push({ all }) }'],
  ['a value too large to hand over', 'function f() { return "x".repeat(1 << 24) }'],
  [
    'a value too deep to hand over',
    'function f() { let x = []; for (let i = 0; i < 1e5; i++) x = [x]; return x }',
  ],
  ['a getter that never returns', 'function f() { return { get x() { for (;;); } } }'],
  [
    'shared memory and atomics',
    'function f() { return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) === "ok" ? 1 : 0 }',
  ],
  [
    'a sort that lies',
    'function f() { const xs = Array.from({ length: 1e5 }, (_, i) => i); for (;;) xs.sort(() => Math.random() - 0.5) }',
  ],
];

describe('a program that will not end, ends; one that wants out gets nothing', { concurrency: 2 }, () => {
  for (const [name, code] of hostile) {
    test(name, async () => {
      const started = performance.now();
      const tests =
        'const got = await f((g) => g((h) => f(h))); assert.equal(got, 1); assert(got && got.x === 1);';
      assert.doesNotMatch(await outcome(code, tests, { limitMs: timeoutMs }), /^pass/);
      assert.ok(performance.now() - started < timeoutMs + 1_000, 'ended late');
    });
  }

  test('what one check left is gone for the next, in the same thread', async () => {
    const one = await openJavascript({ lanes: 1, prove: false });
    assert.ok(one.available);
    const check = codeChecker({ sandbox: one.sandbox, timeoutMs: patienceMs });
    const asked = {
      kind: 'code',
      language: 'javascript',
      tests: 'assert.equal(f(), "undefined 3")',
    } as const;
    const evil =
      'globalThis.left = 1; Array.prototype.map = () => 0; Number.prototype.toString = () => "3"; function f() { return 1 }';
    assert.equal((await check(evil, asked, live)).outcome, 'fail');
    const look = 'function f() { return typeof left + " " + [1, 2].map((x) => x + 1)[1].toString() }';
    assert.equal((await check(look, asked, live)).outcome, 'pass');
    await one.sandbox.close();
  });

  test('host memory stays bounded while memories are exhausted one after the other', async () => {
    const before = process.memoryUsage().rss;
    const bomb = 'function f() { const all = []; for (;;) all.push(new Float64Array(1 << 18).fill(1)) }';
    for (let n = 0; n < 4; n += 1) await outcome(`${bomb} // ${n}`, 'assert(f())', { limitMs: timeoutMs });
    assert.ok(process.memoryUsage().rss - before < 700 * 1024 * 1024);
  });

  test('abort ends a run at once and gives the reason of the signal', async () => {
    const controller = new AbortController();
    const run = sandbox.run(
      { language: 'javascript', code: 'for (;;);', tests: 'assert(f())' },
      { mode: 'apart', timeoutMs: 60_000, signal: controller.signal },
    );
    const started = performance.now();
    setTimeout(() => controller.abort(new Error('drain')), 200);
    await assert.rejects(run, /drain/);
    assert.ok(performance.now() - started < 2_000);
  });
});
