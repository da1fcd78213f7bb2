import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alarmsOf, stabilityIndex, stabilityMax } from './drift.ts';
import { addTo, binOf, countInto, emptyHistogram } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import { seeded } from './random.ts';

const normal = (name: string, documents: number, mean: number): Histogram => {
  const random = seeded(name);
  const histogram = emptyHistogram();
  for (let n = 0; n < documents; n += 1) countInto(histogram, binOf(mean + 2 * random.normal()));
  return histogram;
};

/** The long window holds the short one, as in a stream. */
const windows = (earlier: Histogram, short: Histogram) => {
  const long = Float64Array.from(earlier);
  addTo(long, short);
  return { short, long };
};

describe('stabilityIndex', () => {
  test('is small while the same source goes on', () => {
    for (let run = 0; run < 20; run += 1) {
      const index = stabilityIndex(windows(normal(`e${run}`, 4_000, -3), normal(`s${run}`, 500, -3)));
      assert.ok(index < 0.1, `${index}`);
    }
  });

  test('passes the line when the latest documents score otherwise, up or down', () => {
    for (const mean of [-1.5, -4.5]) {
      const index = stabilityIndex(windows(normal('e', 4_000, -3), normal('s', 500, mean)));
      assert.ok(index > stabilityMax, `${mean}: ${index}`);
    }
  });

  test('two tenths that change places give the value worked out by hand', () => {
    const earlier = emptyHistogram();
    for (let cell = 0; cell < 10; cell += 1) earlier[10 * cell] = 1_000;
    const short = Float64Array.from(earlier, (count) => count / 2);
    [short[0], short[10]] = [1_000, 0];
    // Half a document is added to each cell: 1000.5 and 0.5 of 5,005 against 1000.5 of 10,005 each.
    const [a, b, e] = [1_000.5 / 5_005, 0.5 / 5_005, 1_000.5 / 10_005];
    const rest = 500.5 / 5_005;
    const expected =
      (a - e) * Math.log(a / e) + (b - e) * Math.log(b / e) + 8 * (rest - e) * Math.log(rest / e);
    assert.ok(Math.abs(stabilityIndex(windows(earlier, short)) - expected) < 1e-9);
  });

  test('says nothing below 200 documents on either side', () => {
    assert.equal(stabilityIndex(windows(normal('e', 4_000, -3), normal('s', 199, 5))), 0);
    assert.equal(stabilityIndex(windows(normal('e', 150, -3), normal('s', 500, 5))), 0);
  });
});

describe('alarmsOf', () => {
  test('names every alarm, and none in a calm source', () => {
    const calm = { stability: 0.1, drifting: false, agrees: true };
    assert.deepEqual(alarmsOf(calm), []);
    assert.deepEqual(alarmsOf({ stability: 0.3, drifting: true, agrees: false }), [
      'scores_moved',
      'share_jumped',
      'estimates_disagree',
    ]);
  });
});
