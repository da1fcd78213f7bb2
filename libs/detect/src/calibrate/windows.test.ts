import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { countOf } from './histogram.ts';
import { mergeArrivals, windowDocuments, Windows, windowsSchema } from './windows.ts';

function only(windows: Windows) {
  const [entry] = windows.families();
  assert.ok(entry !== undefined);
  return entry[1];
}

describe('Windows', () => {
  test('hold once to one and a half times their length when full, and the latest documents', () => {
    const windows = new Windows();
    for (let index = 0; index < 20_000; index += 1) windows.count('web', index < 19_000 ? 10 : 90);
    const { short, long, seen } = only(windows);
    assert.equal(seen, 20_000);
    for (const [histogram, length] of [
      [short, windowDocuments.short],
      [long, windowDocuments.long],
    ] as const) {
      assert.ok(countOf(histogram) >= length && countOf(histogram) <= 1.5 * length, `${countOf(histogram)}`);
    }
    assert.equal(short[10], 0);
    assert.equal(long[90], 1_000);
  });

  test('survive a snapshot at any moment: what follows comes out the same', () => {
    const step = fc.tuple(fc.constantFrom('a', 'b', '__proto__'), fc.integer({ min: 0, max: 120 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(step, { maxLength: 60 }), (before, after) => {
        const straight = new Windows();
        for (const [family, bin] of before) straight.count(family, bin);
        const resumed = Windows.from(windowsSchema.parse(JSON.parse(JSON.stringify(straight.toJSON()))));
        for (const [family, bin] of after) {
          straight.count(family, bin);
          resumed.count(family, bin);
        }
        assert.deepEqual(resumed.toJSON(), straight.toJSON());
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  test('forget the family not seen for longest instead of growing with the names of sources', () => {
    const windows = new Windows();
    for (let index = 0; index < 1_000; index += 1) {
      windows.count('steady', 60);
      windows.count(`passing-${index}`, 60);
    }
    const names = [...windows.families()].map(([family]) => family);
    assert.equal(names.length, 256);
    assert.ok(names.includes('steady') && names.includes('passing-999') && !names.includes('passing-0'));
    assert.equal(windows.documents, 2_000);
  });

  test('of several partitions add up', () => {
    const parts = [new Windows(), new Windows()];
    for (const [index, part] of parts.entries()) for (let n = 0; n <= index; n += 1) part.count('web', 60);
    const merged = mergeArrivals(parts).get('web');
    assert.equal(merged?.seen, 3);
    assert.equal(merged?.short[60], 3);
  });
});
