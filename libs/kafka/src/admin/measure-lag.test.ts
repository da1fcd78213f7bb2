import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Admin } from 'kafkajs';
import { measureLag } from './measure-lag.ts';
import type { KnownArrivals } from './measure-lag.ts';

const topic = 'documents.detected';
const ageMs = 60_000;

/** A topic of one partition whose record at offset o arrived a minute ago, and a group that stands at `place`. */
function brokerAt(place: bigint | undefined, { low = 0n, high = 10n, age = ageMs } = {}) {
  let fetches = 0;
  const admin: Partial<Admin> = {
    fetchOffsets: async () => [
      { topic, partitions: [{ partition: 0, offset: String(place ?? -1n), metadata: null }] },
    ],
  };
  const reader: Parameters<typeof measureLag>[1] = {
    bounds: async () => new Map([[`${topic}/0`, { low, high }]]),
    fetch: async (_, from) => {
      fetches += 1;
      const message = {
        offset: from,
        timestamp: Date.now() - age,
        value: new Uint8Array(0),
        headers: {},
        unread: new Map(),
        key: undefined,
        isNull: false,
        isTooLarge: false,
      };
      return { messages: [message], next: from + 1n, end: high };
    },
  };
  const measure = async (known?: KnownArrivals) =>
    (await measureLag(admin as Admin, reader, [{ group: 'verifier', topics: [topic] }], known))[0];
  return { measure, fetches: () => fetches };
}

describe('the lag of a group', () => {
  test('is the age of the record at its place, and what lies behind it', async () => {
    const lag = await brokerAt(4n).measure();
    assert.deepEqual([lag?.messages, lag?.isNew, lag?.isExpired], [6n, false, false]);
    assert.ok(lag !== undefined && Math.abs(lag.seconds - ageMs / 1_000) < 5);
  });

  test('is 0 at the end, where nothing is fetched', async () => {
    const { measure, fetches } = brokerAt(10n);
    const lag = await measure();
    assert.deepEqual([lag?.messages, lag?.seconds, fetches()], [0n, 0, 0]);
  });

  test('of a place that has expired is that of the oldest record left, and says so', async () => {
    const lag = await brokerAt(4n, { low: 8n }).measure();
    assert.deepEqual([lag?.messages, lag?.isExpired, lag?.next], [2n, true, 4n]);
  });

  test('is never negative: a clock that is ahead is named', async () => {
    const lag = await brokerAt(4n, { age: -ageMs }).measure();
    assert.deepEqual([lag?.seconds, lag?.isClockAhead], [0, true]);
  });

  test('of a group that stands still grows without its record being fetched again', async () => {
    const known: KnownArrivals = new Map([[`${topic}/0/3`, 1]]);
    const { measure, fetches } = brokerAt(4n);
    await measure(known);
    await measure(known);
    assert.equal(fetches(), 1);
    assert.deepEqual([...known.keys()], [`${topic}/0/4`], 'places that were left are forgotten');
  });
});
