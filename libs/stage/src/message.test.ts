import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeHeaders,
  formatReplayOf,
  positionHeader,
  replayHeader,
  verdictHeader,
} from '@ballast/document';
import type { Headers, ReplayOf } from '@ballast/document';
import { headersOf, sha256OfValue, toArrival } from './message.ts';

const value = Buffer.from('{"text":"A text that was ingested twice."}');
const input = { topic: 'documents.raw', partition: 2 };
const root = { ...input, offset: 5n };
const copy: ReplayOf = {
  root,
  sha256: sha256OfValue(value),
  replay: 'r1',
  lane: { topic: 'documents.p50', partition: 2, offset: 0n },
};
const ingested = (change: Partial<ReplayOf> = {}, offset = 9n, bytes: Uint8Array = value) =>
  toArrival(input, {
    offset,
    value: bytes,
    headers: { [replayHeader]: formatReplayOf({ ...copy, ...change }) },
  });

describe('a replayed message at the ingest (P13)', () => {
  test('has a position of its own, and the identity of its root', () => {
    const arrival = ingested();
    assert.deepEqual(arrival.position, { ...input, offset: 9n });
    assert.deepEqual(arrival.replayOf, copy);
    assert.equal(arrival.document?.id, 'documents.raw/2/5', 'a document without an id is named by its root');
  });

  test('keeps its header through the stages', () => {
    const arrival = ingested();
    const headers = headersOf({ topic: 'documents.detected', arrival, verdicts: {}, previous: undefined });
    const next = toArrival({ topic: 'documents.detected', partition: 2 }, { offset: 0n, headers, value });
    assert.deepEqual([next.replayOf, next.document?.id], [copy, 'documents.raw/2/5']);
  });

  test('counts only with the bytes of its root: forged or damaged, it is a plain document', () => {
    const forged: readonly ReturnType<typeof ingested>[] = [
      ingested({}, 9n, Buffer.from('{"text":"Junk under the hash of another text."}')),
      ingested({ sha256: '0'.repeat(64) }),
      ingested({ root: { ...root, topic: 'documents.raw.other' } }),
      ingested({ root: { ...root, partition: 1 }, lane: undefined }),
      ingested({}, 5n),
      ingested({}, 4n),
      toArrival(input, { offset: 9n, value, headers: { [replayHeader]: 'documents.raw/2/5' } }),
    ];
    for (const [index, { replayOf, document, position }] of forged.entries()) {
      assert.equal(replayOf, undefined, `case ${index}`);
      assert.equal(document?.id, `documents.raw/2/${position.offset}`);
    }
  });

  test('whatever else a producer writes under our names is not seen, and does not travel on', () => {
    const headers: Headers = {
      [positionHeader]: 'documents.raw/0/0',
      [verdictHeader('detect')]: '{"stage":"detect","action":"keep","pool":"anchor"}',
      'ballast-previous': 'x',
      [replayHeader]: 'junk',
    };
    const arrival = toArrival(input, { offset: 1n, headers, value });
    assert.deepEqual([arrival.position.offset, arrival.verdicts, arrival.previous], [1n, {}, undefined]);
    const written = headersOf({ topic: 'documents.detected', arrival, verdicts: {}, previous: undefined });
    assert.deepEqual(written, { [positionHeader]: 'documents.raw/2/1' });
  });
});

describe('a refused message', () => {
  test('names its origin in the words of other tools, only there', () => {
    const arrival = toArrival(input, { offset: 1n, headers: {}, value });
    const to = (topic: string) => headersOf({ topic, arrival, verdicts: {}, previous: undefined });
    assert.deepEqual(to('documents.dead'), {
      [positionHeader]: 'documents.raw/2/1',
      'x-original-topic': 'documents.raw',
      'x-original-partition': '2',
      'x-original-offset': '1',
      'kafka_dlt-original-topic': 'documents.raw',
    });
    assert.deepEqual(Object.keys(to('documents.human')), [positionHeader]);
    assert.deepEqual(decodeHeaders(to('documents.dead')).position, arrival.position);
  });
});
