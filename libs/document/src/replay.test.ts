import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { decodeHeaders, encodeHeaders } from './headers.ts';
import { formatReplayOf, parseReplayOf, replayHeader } from './replay.ts';
import { lanes, topicOf } from './topics.ts';

const sha256 = 'a'.repeat(64);
const root = { topic: 'documents.raw', partition: 3, offset: 17n };
const lane = { topic: 'documents.p50', partition: 3, offset: 4n };

describe('the replay header', () => {
  test('says root, hash, replay and lane in words that can be read', () => {
    assert.equal(
      formatReplayOf({ root, sha256, replay: '20260101T000000-abcdef', lane }),
      `documents.raw/3/17 ${sha256} 20260101T000000-abcdef documents.p50/3/4`,
    );
    assert.equal(formatReplayOf({ root, sha256, replay: 'r', lane: undefined }).endsWith(' r -'), true);
  });

  test('comes back as it was', () => {
    const position = fc.record(
      {
        topic: fc.stringMatching(/^[A-Za-z0-9._-]{1,249}$/),
        partition: fc.nat(9_999),
        offset: fc.bigInt({ min: 0n, max: 2n ** 62n }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        position,
        fc.stringMatching(/^[0-9a-f]{64}$/),
        fc.stringMatching(/^[\w-]{1,64}$/),
        fc.option(
          fc.record({ lane: fc.constantFrom(...lanes), offset: fc.bigInt({ min: 0n, max: 2n ** 62n }) }),
        ),
        (from, hash, replay, at) => {
          const place = at && { topic: topicOf(at.lane), partition: from.partition, offset: at.offset };
          const replayOf = { root: from, sha256: hash, replay, ...(place === null ? {} : { lane: place }) };
          assert.deepEqual(parseReplayOf(formatReplayOf(replayOf)), replayOf);
        },
      ),
      { seed: 3 },
    );
  });

  test('whatever else a header holds is no replay, and no error', () => {
    const good = formatReplayOf({ root, sha256, replay: 'r', lane });
    for (const bad of [
      '',
      '-',
      `${good} `,
      good.replace(sha256, 'A'.repeat(64)),
      good.replace('documents.raw/3/17', 'documents.raw/3'),
      good.replace('documents.p50/3/4', 'documents.p50/2/4'),
      good.replace('documents.p50', 'documents.rejected'),
      good.replace('documents.p50', 'documents.raw'),
      good.replace(' r ', ' ../../r '),
      'x'.repeat(10_000_000),
    ])
      assert.equal(parseReplayOf(bad), undefined, bad.slice(0, 60));
    fc.assert(
      fc.property(fc.string(), (text) => parseReplayOf(text) === undefined),
      { seed: 4 },
    );
  });

  test('travels with the verdicts; malformed on a topic of our own it is a foreign writer', () => {
    const replayOf = { root, sha256, replay: 'r', lane };
    const headers = encodeHeaders({ ...root, offset: 20n }, undefined, {}, replayOf);
    assert.deepEqual(decodeHeaders(headers).replayOf, replayOf);
    assert.throws(() => decodeHeaders({ ...headers, [replayHeader]: 'junk' }), /malformed ballast-replay-of/);
  });
});
