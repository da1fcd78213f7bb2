import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { connectionWords } from './connection.ts';
import {
  formatAge,
  formatCap,
  formatCount,
  formatDocuments,
  formatRate,
  formatShare,
  formatUpper,
} from './format.ts';
import { polyline, remember } from './history.ts';

fc.configureGlobal({ seed: 1 });

suite('numbers', () => {
  test('counts keep every digit, so that they can be compared with the audit', () => {
    assert.equal(formatCount(3_330_239), '3,330,239');
    assert.equal(formatDocuments(1), '1 document');
    assert.equal(formatDocuments(2_048), '2,048 documents');
  });

  test('an upper bound is never printed below what holds, and at most a tenth of a point above', () => {
    assert.equal(formatUpper(0.2), '20.0 %');
    assert.equal(formatUpper(0.20001), '20.1 %');
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (bound) => {
        const printed = Number.parseFloat(formatUpper(bound)) / 100;
        assert.ok(printed >= bound - 1e-9 && printed <= bound + 0.001 + 1e-9);
      }),
    );
  });

  test('shares, caps and rates', () => {
    assert.equal(formatShare(0.0907), '9.1 %');
    assert.equal(formatCap(0.2), '20 %');
    assert.equal(formatCap(0.125), '12.5 %');
    assert.equal(formatRate(1_812.4), '1,812');
    assert.equal(formatRate(0.25), '0.25');
    assert.equal(formatRate(0), '0');
  });

  test('ages in their largest unit; a clock that runs ahead is no negative age', () => {
    const ages = [-5_000, 0, 59_999, 60_000, 3_600_000, 172_800_000].map(formatAge);
    assert.deepEqual(ages, ['0 s', '0 s', '59 s', '1 min', '1 h', '2 d']);
  });
});

suite('connection', () => {
  test('live while numbers arrive, finished when the run is', () => {
    const connection = { arrived: 10_000, problem: undefined };
    assert.deepEqual(connectionWords(connection, true, 11_000), { word: 'live', isStale: false });
    assert.deepEqual(connectionWords(connection, false, 11_000), {
      word: 'finished, still serving',
      isStale: false,
    });
  });

  test('old numbers never look current: they say their age and why', () => {
    const { word, isStale } = connectionWords({ arrived: 10_000, problem: 'disk full' }, true, 52_000);
    assert.deepEqual([word, isStale], ['numbers are 42 s old, disk full', true]);
  });

  test('before the first numbers it says what is going on', () => {
    assert.equal(connectionWords({ arrived: undefined, problem: undefined }, true, 0).word, 'connecting');
    assert.equal(connectionWords({ arrived: undefined, problem: 'no answer' }, true, 0).word, 'no answer');
  });
});

suite('history of rates', () => {
  test('keeps two minutes, forgets topics that are gone', () => {
    let history: ReadonlyMap<string, readonly number[]> = new Map([['gone', [1]]]);
    for (let second = 0; second < 300; second += 1)
      history = remember(history, [{ topic: 'a', perSecond: second }]);
    assert.deepEqual([...history.keys()], ['a']);
    assert.equal(history.get('a')?.length, 120);
    assert.equal(history.get('a')?.at(-1), 299);
  });

  test('the newest point is at the right edge, the largest at the top, zero on the ground', () => {
    assert.equal(polyline([0, 10], 10), '119.0,27.0 120.0,1.0');
    assert.equal(polyline([], 10), '');
    assert.equal(polyline([5], 0), '120.0,27.0', 'no scale, no height');
  });
});
