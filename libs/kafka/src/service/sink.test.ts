import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Routed } from '@ballast/stage';
import { toArrival } from '@ballast/stage';
import type { Appender } from '../admin/appender.ts';
import { brokerSink } from './sink.ts';

/** A document of this partition, and so much text that two do not go into one send. */
function routed(partition: number, offset: number, topic = 'documents.detected'): Routed {
  const input = { topic: 'documents.raw', partition };
  const value = Buffer.from(JSON.stringify({ text: `${offset} ${'x'.repeat(500_000)}` }));
  const arrival = toArrival(input, { offset: BigInt(offset), value, headers: {} });
  return { topic, arrival, verdicts: {}, previous: undefined };
}

/** An appender that answers later, and notes what it was asked and how much at once. */
function recording(fails: (place: string, count: number) => boolean = () => false) {
  const appended = new Map<string, string[]>();
  const inFlight = new Map<string, number>();
  let most = 0;
  const appender: Appender = {
    async append({ topic, partition }, messages) {
      const place = `${topic}/${partition}`;
      inFlight.set(place, (inFlight.get(place) ?? 0) + 1);
      most = Math.max(most, inFlight.get(place) ?? 0);
      await turn();
      inFlight.set(place, (inFlight.get(place) ?? 0) - 1);
      const done = appended.get(place) ?? [];
      if (fails(place, done.length)) throw new Error('not acknowledged');
      appended.set(place, [...done, ...messages.map(({ headers }) => headers['ballast-position'] ?? '')]);
      return 0n;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  return { appender, appended, mostAtOnce: () => most };
}

describe('a sink over brokers', () => {
  const documents = [0, 1, 2, 3].flatMap((offset) => [routed(0, offset), routed(1, offset)]);
  const positions = (partition: number): readonly string[] =>
    [0, 1, 2, 3].map((offset) => `documents.raw/${partition}/${offset}`);

  test('writes to the partition of the position, in order, one send at a time', async () => {
    const { appender, appended, mostAtOnce } = recording();
    await brokerSink(appender, () => undefined).write(documents);
    assert.deepEqual(appended.get('documents.detected/0'), positions(0));
    assert.deepEqual(appended.get('documents.detected/1'), positions(1));
    assert.equal(mostAtOnce(), 1);
  });

  test('after a send that failed writes nothing further to that partition, nor anything later', async () => {
    const { appender, appended } = recording((place, count) => place.endsWith('/0') && count === 2);
    const sink = brokerSink(appender, () => undefined);
    await assert.rejects(sink.write(documents), { message: 'not acknowledged' });
    assert.deepEqual(appended.get('documents.detected/0'), positions(0).slice(0, 2));
    await assert.rejects(sink.write([routed(1, 9)]), { message: 'not acknowledged' });
    assert.deepEqual(appended.get('documents.detected/1'), positions(1));
  });
});
