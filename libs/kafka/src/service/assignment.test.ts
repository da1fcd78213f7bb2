import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { dealOut, decodeDeal, decodeWish, encodeDeal, encodeWish } from './assignment.ts';

fc.configureGlobal({ seed: 1 });

const member = fc.record({
  memberId: fc.uuid(),
  topics: fc.constant(['documents.human', 'documents.p30', 'documents.raw']),
  partitions: fc.constant(undefined),
});

describe('dealing partitions out', () => {
  test('partition p of every topic has one owner, each partition once, shares differ by one at most', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(member, { minLength: 1, maxLength: 6, selector: ({ memberId }) => memberId }),
        fc.integer({ min: 1, max: 12 }),
        (members, count) => {
          const dealt = dealOut(members, () => count);
          const owners = new Map<number, Set<string>>();
          for (const [memberId, inputs] of dealt)
            for (const { partition } of inputs)
              owners.set(partition, (owners.get(partition) ?? new Set()).add(memberId));
          assert.equal(owners.size, count);
          assert.ok([...owners.values()].every(({ size }) => size === 1));
          const shares = [...dealt.values()].map(({ length }) => length / 3);
          assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
          assert.deepEqual(
            dealOut(members.toReversed(), () => count),
            dealt,
          );
        },
      ),
    );
  });

  test('a member that wants some partitions gets no other', () => {
    const topics = ['documents.raw'];
    const members = [
      { memberId: 'a', topics, partitions: [1] },
      { memberId: 'b', topics, partitions: undefined },
    ];
    const dealt = dealOut(members, () => 4);
    assert.ok(dealt.get('a')?.every(({ partition }) => partition === 1));
    assert.equal((dealt.get('a')?.length ?? 0) + (dealt.get('b')?.length ?? 0), 4);
  });

  test('wishes and deals survive the wire', () => {
    const wish = { topics: ['a', 'b'], partitions: [0, 3] };
    assert.deepEqual(decodeWish(encodeWish(wish)), wish);
    const deal = [
      { topic: 'a', partition: 0 },
      { topic: 'a', partition: 3 },
      { topic: 'b', partition: 3 },
    ];
    assert.deepEqual(decodeDeal(encodeDeal(deal)), deal);
    assert.deepEqual(decodeDeal(Buffer.alloc(0)), []);
  });
});
