import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Bag } from './bag.ts';

const contents = (bag: Bag): readonly (readonly [number | undefined, number | undefined])[] =>
  Array.from({ length: bag.size }, (_, i) => [bag.ids[i], bag.counts[i]]);

describe('Bag', () => {
  it('counts as a map does, in order of first sight, whatever it held before', () => {
    const bag = new Bag();
    const part = fc.record({
      buckets: fc.array(fc.oneof(fc.nat(20), fc.nat(2 ** 22 - 1), fc.constantFrom(16384, 32768)), {
        maxLength: 60,
      }),
      times: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const wanted = new Map<number, number>();
        bag.clear(parts.reduce((sum, { buckets }) => sum + buckets.length, 0));
        for (const { buckets, times } of parts) {
          bag.add(Int32Array.from(buckets), buckets.length, times);
          for (const bucket of buckets) wanted.set(bucket, (wanted.get(bucket) ?? 0) + times);
        }
        assert.deepEqual(contents(bag), [...wanted]);
      }),
      { seed: 5 },
    );
  });

  it('counts no more distinct buckets than it was told to expect, and goes on with those it has', () => {
    const bag = new Bag();
    for (const room of [1, 3, 8192]) {
      bag.clear(room);
      const buckets = Int32Array.from({ length: 9000 }, (_, i) => i * 3);
      bag.add(buckets, buckets.length, 1);
      bag.add(buckets, buckets.length, 2);
      assert.equal(bag.size, room);
      assert.deepEqual(contents(bag).at(-1), [3 * (room - 1), 3]);
    }
  });
});
