import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { indexOf, idOf, textOf } from './documents.ts';
import type { FaultCase, Outcome } from './fault-case.ts';
import { Unavailable } from './fault-case.ts';
import { holds, render, runSuite } from './suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-suite-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const clean: Outcome = { documents: 10, injected: { kill: 1 }, recoveryMs: [300, 100, 200], failures: [] };

function caseOf(run: FaultCase['run'], slices = 4): FaultCase {
  return { id: 'F0', title: 'test', target: '', slices, run };
}

function options(
  each: FaultCase,
  state: string,
  more: { readonly resume?: boolean; readonly scale?: number } = {},
) {
  return {
    cases: [each],
    scale: 1,
    seed: 5,
    state: join(folder, state),
    resume: false,
    say: () => undefined,
    ...more,
  };
}

describe('the fault suite', () => {
  test('a run that was cut off goes on with the slices that are missing', async () => {
    let calls = 0;
    const cut = caseOf(({ slice }) => {
      calls += 1;
      if (slice === 2) throw new Error('cut off');
      return Promise.resolve(clean);
    });
    const [first] = await runSuite(options(cut, 'resume.json'));
    assert.deepEqual([calls, first?.outcomes.map(({ failures }) => failures.length)], [4, [0, 0, 1, 0]]);
    const whole = caseOf(() => assert.fail('every slice is kept'));
    const [again] = await runSuite(options(whole, 'resume.json', { resume: true }));
    assert.deepEqual(again?.outcomes, first?.outcomes);
  });

  test('the same seed gives a slice the same chances, another slice others', async () => {
    const drawn: number[] = [];
    const draw = caseOf(({ random }) => {
      drawn.push(random());
      return Promise.resolve(clean);
    }, 2);
    await runSuite(options(draw, 'a.json'));
    await runSuite(options(draw, 'b.json'));
    assert.deepEqual(drawn.slice(0, 2), drawn.slice(2));
    assert.notEqual(drawn[0], drawn[1]);
  });

  test('below one slice the slice gets smaller, never none', async () => {
    const sizes: number[] = [];
    const small = caseOf(({ size }) => {
      sizes.push(size);
      return Promise.resolve(clean);
    });
    await runSuite(options(small, 'small.json', { scale: 0.1 }));
    assert.deepEqual(sizes, [0.4]);
  });

  test('what a host cannot run is named, and is no success', async () => {
    const [report] = await runSuite(
      options(
        caseOf(() => Promise.reject(new Unavailable('no tape drive'))),
        'none.json',
      ),
    );
    assert.deepEqual([report?.unavailable, report?.outcomes], ['no tape drive', []]);
  });

  test('the report shows faults, losses and recovery, and a failure is red', () => {
    assert.match(
      render('F0', [clean, clean]),
      /^ok F0: 20 documents; 2 × kill; recovery p50 200 ms, max 300 ms$/,
    );
    const bad = { ...clean, failures: ['3 documents lost'] };
    assert.match(render('F0', [clean, bad]), /^NOT OK F0: .*\n {2}3 documents lost$/s);
    assert.deepEqual([holds({ outcomes: [clean] }), holds({ outcomes: [clean, bad] })], [true, false]);
  });
});

describe('the documents of a fault run', () => {
  test('follow from seed and number, and no two are alike', () => {
    const set = { seed: 3, count: 500, size: 200 };
    const texts = Array.from({ length: set.count }, (_, index) => textOf(set, index));
    assert.equal(new Set(texts).size, set.count);
    assert.equal(textOf(set, 7), texts[7]);
    assert.equal(indexOf(set, idOf(set, 499)), 499);
    assert.deepEqual(
      [indexOf(set, 'f3-500'), indexOf(set, 'f4-1'), indexOf(set, '')],
      [undefined, undefined, undefined],
    );
  });
});
