import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Position } from '@ballast/document';
import { sha256OfValue, toArrival } from '../message.ts';
import type { ReplayCopy } from './replays.ts';
import { openTopics } from './topics.ts';

const directory = mkdtempSync(join(tmpdir(), 'ballast-replays-'));
after(() => rmSync(directory, { recursive: true }));

const value = Buffer.from('{"id":"d","text":"Once more."}');
const root: Position = { topic: 'documents.raw', partition: 1, offset: 0n };
const copyFor = (replay: string, of: Position = root): ReplayCopy => ({
  value,
  replayOf: { root: of, sha256: sha256OfValue(value), replay },
});

describe('replays', () => {
  it('append a copy behind its root, once per replay however often it is asked for', async () => {
    await using topics = await openTopics(join(directory, 'once'));
    await topics.append('documents.raw', 1, [{ headers: {}, value }]);
    assert.equal(await topics.replay([copyFor('a'), copyFor('a')]), 1);
    assert.equal(await topics.replay([copyFor('a')]), 0);
    assert.equal(await topics.replay([copyFor('b')]), 1);
    assert.deepEqual(
      [...topics.replayed()].map(({ replay, position }) => [replay, position.offset]),
      [
        ['a', 1n],
        ['b', 2n],
      ],
    );
    const messages = topics.read('documents.raw', 1, 1n, { documents: 10, bytes: 1e6 });
    for (const message of messages) assert.deepEqual(toArrival(root, message).replayOf?.root, root);
  });

  it('two processes that go on with one replay send each copy once between them', async () => {
    const dir = join(directory, 'two');
    await using one = await openTopics(dir);
    await using other = await openTopics(dir);
    await one.append(
      'documents.raw',
      1,
      Array.from({ length: 20 }, () => ({ headers: {}, value })),
    );
    const copies = Array.from({ length: 20 }, (_, offset) =>
      copyFor('a', { ...root, offset: BigInt(offset) }),
    );
    const sent = await Promise.all([one.replay(copies), other.replay(copies.toReversed())]);
    assert.equal(sent[0] + sent[1], 20);
    assert.equal(one.endOffset(root), 40n);
  });

  it('never create a topic', async () => {
    await using topics = await openTopics(join(directory, 'unknown'));
    await assert.rejects(topics.replay([copyFor('a')]), /lies in no topic/);
    assert.deepEqual(topics.topics(), []);
  });
});
