import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { codeChecker } from './code.ts';
import type { CodeCheck } from './code.ts';
import { codeOf, fencedBlocks } from './fences.ts';
import type { Program, Report, RunLimits, Sandbox } from './program.ts';

const live = new AbortController().signal;
const check = (tests: string, language: CodeCheck['language'] = 'python'): CodeCheck => ({
  kind: 'code',
  language,
  tests,
});

/** A sandbox that answers from a script and remembers what it was asked. */
function scripted(...reports: readonly Report[]): Sandbox & { readonly asked: (Program & RunLimits)[] } {
  const asked: (Program & RunLimits)[] = [];
  return {
    version: 'scripted',
    asked,
    run: async (program, limits) => {
      asked.push({ ...program, ...limits });
      return reports[asked.length - 1] ?? { problem: 'no_verdict' };
    },
    close: async () => {},
  };
}

const good = { passed: 2, total: 2, assertions: 2, failsEmpty: true, load: null } as const;

/** Outcome and detail in short, with the counts when there are any. */
async function judged(
  sandbox: Sandbox | undefined,
  text = 'x = 1',
  tests = 'assert x == 1',
): Promise<string> {
  const truth = await codeChecker({ sandbox, timeoutMs: 5_000 })(text, check(tests), live);
  const counts = truth.total === undefined ? '' : ` ${truth.passed}/${truth.total}`;
  return `${truth.outcome}${counts}${truth.detail === undefined ? '' : ` ${truth.detail}`}`;
}

describe('what a run comes to', () => {
  const golden: readonly (readonly [name: string, reports: readonly Report[], outcome: string])[] = [
    ['every statement went through', [good], 'pass 2/2'],
    [
      'tests that also pass on an empty program prove nothing',
      [{ ...good, failsEmpty: false }],
      'unknown 2/2 tests_pass_on_empty',
    ],
    [
      'statements without an assertion prove nothing',
      [{ ...good, assertions: 0 }],
      'unknown 2/2 no_assertions',
    ],
    ['no statement at all proves nothing', [{ ...good, passed: 0, total: 0 }], 'unknown 0/0 no_tests'],
    ['one statement failed, in one process too', [{ ...good, passed: 1 }, { together: false }], 'fail 1/2'],
    [
      'a pass in one process alone is never believed',
      [{ ...good, passed: 1 }, { together: true }],
      'unknown 1/2 passes_only_together',
    ],
    [
      'the code raised',
      [{ ...good, passed: 0, load: 'ValueError' }, { together: false }],
      'fail 0/2 raised_ValueError',
    ],
    [
      'an exception named by the document is not repeated',
      [{ ...good, passed: 0, load: '<b>' }, { together: false }],
      'fail 0/2',
    ],
    ['the code ended the process', [{ problem: 'ended_early' }, { together: false }], 'fail ended_early'],
    ['too much processor time', [{ problem: 'cpu_limit' }], 'fail cpu_limit'],
    ['too much memory', [{ problem: 'memory_limit' }], 'fail memory_limit'],
    ['the deadline of a busy host condemns nobody', [{ problem: 'timeout' }], 'unknown timeout'],
    ['a package this sandbox does not have', [{ problem: 'missing_module' }], 'unknown missing_module'],
    ['no verdict line, whatever the exit code', [{ problem: 'no_verdict' }], 'unknown no_verdict'],
    ['a verdict of the other mode', [{ together: true }], 'unknown no_verdict'],
  ];
  for (const [name, reports, outcome] of golden) {
    test(`${name}: ${outcome}`, async () => assert.equal(await judged(scripted(...reports)), outcome));
  }

  test('without tests the code is only compiled, which verifies nothing', async () => {
    const sandbox = scripted({ compiles: true }, { compiles: false });
    assert.equal(await judged(sandbox, 'x = 1', ' \n'), 'unknown compiles');
    assert.equal(await judged(sandbox, 'x = ', ''), 'fail does_not_compile');
    assert.deepEqual(
      sandbox.asked.map(({ mode }) => mode),
      ['compile', 'compile'],
    );
  });

  test('without a sandbox for the language and without code nothing runs: unknown', async () => {
    assert.equal(await judged(undefined), 'unknown no_sandbox');
    const sandbox = scripted(good);
    const checker = codeChecker({ sandbox, timeoutMs: 5_000 });
    assert.equal((await checker(' \n', check('t'), live)).detail, 'no_code');
    assert.equal((await checker('```json\n{}\n```', check('t'), live)).detail, 'no_code');
    assert.equal((await checker('x'.repeat(2_000_000), check('t'), live)).detail, 'too_long');
    assert.equal(sandbox.asked.length, 0);
  });
});

describe('results are kept by content', () => {
  test('the same code and tests run once, other tests run again', async () => {
    const sandbox = scripted(good, good);
    const checker = codeChecker({ sandbox, timeoutMs: 5_000 });
    const first = await checker('x = 1', check('assert x'), live);
    assert.deepEqual(await checker('```python\nx = 1\n```', check('assert x'), live), first);
    assert.equal(sandbox.asked.length, 1);
    await checker('x = 1', check('assert x == 1'), live);
    assert.equal(sandbox.asked.length, 2);
  });

  test('a timeout is not kept: the next run may be luckier', async () => {
    const checker = codeChecker({ sandbox: scripted({ problem: 'timeout' }, good), timeoutMs: 5_000 });
    assert.equal((await checker('x = 1', check('t'), live)).outcome, 'unknown');
    assert.equal((await checker('x = 1', check('t'), live)).outcome, 'pass');
  });

  test('the least recently used leaves first', async () => {
    const sandbox = scripted(good, good, good, good);
    const checker = codeChecker({ sandbox, timeoutMs: 5_000, cacheEntries: 2 });
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) await checker(text, check('t'), live);
    assert.deepEqual(
      sandbox.asked.map(({ code }) => code),
      ['a', 'b', 'c', 'b'],
    );
  });
});

describe('the code of a document', () => {
  test('is its Python blocks, else the blocks without a language, else the whole text', () => {
    assert.equal(codeOf('x = 1', 'python'), 'x = 1');
    assert.equal(codeOf('Say:\n```\nx = 1\n```\nand\n```\ny = 2\n```', 'python'), 'x = 1\ny = 2');
    assert.equal(codeOf('```\nnoise\n```\n~~~Python\nx = 1\n~~~', 'python'), 'x = 1');
    assert.equal(codeOf('```sh\nls\n```', 'python'), undefined);
  });

  test('blocks end at a fence of the same sign and length, or with the text', () => {
    assert.deepEqual(fencedBlocks('````py\n```\na\n````\nb\n```js x\nc'), [
      { language: 'py', code: '```\na' },
      { language: 'js', code: 'c' },
    ]);
    assert.deepEqual(fencedBlocks('~~~\n```\n~~~'), [{ language: '', code: '```' }]);
    assert.deepEqual(fencedBlocks('no fence ``` here'), []);
  });

  test('is found in linear time', () => {
    const started = performance.now();
    for (const text of ['`'.repeat(1_000_000), '```\n'.repeat(250_000), `\`\`\`${' '.repeat(1_000_000)}`])
      fencedBlocks(text);
    assert.ok(performance.now() - started < 1_000);
  });
});
