import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { rawTopic, topicOf } from '@ballast/document';
import type { Position } from '@ballast/document';
import type { LaneReader, LaneReaderOptions } from '../ports.ts';
import { encodeAddress } from './record.ts';
import { openTopics } from './topics.ts';
import type { EmbeddedTopics } from './topics.ts';

let dir = '';
before(async () => void (dir = await mkdtemp(join(tmpdir(), 'ballast-lanes-'))));
after(async () => await rm(dir, { recursive: true }));

let runs = 0;
const human = topicOf('human');
const synthetic = topicOf('synthetic');
const start: LaneReaderOptions['start'] = () => 0n;
const signal = new AbortController().signal;

async function openLanes(options: Partial<LaneReaderOptions> = {}) {
  runs += 1;
  const topics = await openTopics(join(dir, String(runs)), { partitions: 2 });
  const lanes = topics.laneReader({ topics: [human, synthetic], start, ended: () => false, ...options });
  return { topics, lanes, [Symbol.asyncDispose]: async () => await topics.close() };
}

/** Puts documents of partition p of `documents.raw` on a lane, each naming the one before it there. */
async function put(
  topics: EmbeddedTopics,
  lane: string,
  partition: number,
  ids: readonly string[],
  previous?: Position,
) {
  const first = await topics.append(
    rawTopic,
    partition,
    ids.map((id) => ({ headers: {}, value: Buffer.from(JSON.stringify({ id, text: id })) })),
  );
  const sink = topics.sink();
  let before = previous;
  for (const [index, id] of ids.entries()) {
    const position = { topic: rawTopic, partition, offset: first + BigInt(index) };
    const arrival = {
      position,
      read: position,
      previous: undefined,
      value: Buffer.from(id),
      verdicts: {},
      document: undefined,
      unreadable: undefined,
    };
    await sink.write([{ topic: lane, arrival, verdicts: {}, previous: before }]);
    before = position;
  }
  return before;
}

function takeAll(lanes: LaneReader, topic: string): string[] {
  const ids: string[] = [];
  for (let head = lanes.head(topic); head !== undefined; head = lanes.head(topic)) {
    assert.equal(lanes.take(topic), head);
    ids.push(head.document?.id ?? '');
  }
  return ids;
}

describe('lane reader', () => {
  it('a head stays until it is taken, each lane on its own', async () => {
    await using run = await openLanes();
    await put(run.topics, human, 0, ['a', 'b']);
    await put(run.topics, synthetic, 1, ['s']);
    assert.equal(run.lanes.head(human)?.document?.id, 'a');
    assert.equal(run.lanes.head(human)?.document?.id, 'a');
    assert.equal(run.lanes.take(human).document?.id, 'a');
    assert.equal(run.lanes.head(human)?.document?.id, 'b');
    assert.equal(run.lanes.head(synthetic)?.document?.id, 's');
    assert.throws(() => run.lanes.take(topicOf('p30')), RangeError);
  });

  it('partitions of a lane take turns', async () => {
    await using run = await openLanes();
    await put(run.topics, human, 0, ['a1', 'a2', 'a3']);
    await put(run.topics, human, 1, ['b1', 'b2']);
    assert.deepEqual(takeAll(run.lanes, human), ['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('what is taken but not committed comes again after a rewind', async () => {
    await using run = await openLanes();
    await put(run.topics, human, 0, ['a', 'b', 'c']);
    await put(run.topics, human, 1, ['x']);
    takeAll(run.lanes, human);
    run.lanes.rewind(new Map([[`${human}/0`, 1n]]));
    assert.deepEqual(
      takeAll(run.lanes, human),
      ['b', 'c'],
      'a partition that is not named stays where it is',
    );
    run.lanes.rewind(new Map([[`${human}/1`, 0n]]));
    assert.deepEqual(takeAll(run.lanes, human), ['x']);
  });

  it("redeliveries are heads too: the marks are the mixer's", async () => {
    await using run = await openLanes();
    await put(run.topics, human, 0, ['a']);
    const [a] = run.topics.read(human, 0, 0n, { documents: 1, bytes: 1 });
    assert.ok(a !== undefined);
    await run.topics.append(human, 0, [{ headers: a.headers, value: a.value }]);
    const positions = [run.lanes.take(human), run.lanes.take(human)].map(({ position, read }) => [
      position.offset,
      read.offset,
    ]);
    assert.deepEqual(positions, [
      [0n, 0n],
      [0n, 1n],
    ]);
  });

  it('starts where the table says', async () => {
    await using run = await openLanes({ start: ({ partition }) => (partition === 0 ? 2n : 0n) });
    await put(run.topics, human, 0, ['a', 'b', 'c']);
    assert.deepEqual(takeAll(run.lanes, human), ['c']);
  });

  it('once upstream has ended, everything it wrote is seen: nothing is left behind in an old view', async () => {
    let isOver = false;
    await using run = await openLanes({ ended: () => isOver });
    await put(run.topics, human, 0, ['a']);
    assert.deepEqual(takeAll(run.lanes, human), ['a']);
    // Another process writes while this one does not leave its turn, so its view of the log stays old.
    const script = `
      import { openTopics } from ${JSON.stringify(new URL('topics.ts', import.meta.url).href)};
      const topics = await openTopics(process.argv[1]);
      const [message] = topics.read('documents.raw', 0, 0n, { documents: 1, bytes: 1 });
      await topics.append('documents.human', 0, [{ headers: { 'ballast-position': 'documents.raw/0/1' }, value: message.value }]);
      await topics.close();`;
    const folder = join(dir, String(runs));
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: 'inherit',
    });
    assert.equal(status, 0);
    isOver = true;
    assert.equal(run.lanes.ended(), true);
    assert.equal(run.lanes.head(human)?.position.offset, 1n);
  });

  it('a lane nobody takes from is read ahead only up to its bound', async () => {
    await using run = await openLanes({ bufferDocuments: 4, bufferBytes: 30 });
    await put(run.topics, human, 0, ['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    const topicId = await run.topics.log.ensure(human);
    await run.topics.log.environment.log.remove(encodeAddress({ topicId, partition: 0, offset: 4n }));
    // A reader that had read ahead to offset 4 would stop at the first head.
    assert.equal(run.lanes.take(human).document?.id, '1');
    assert.throws(() => takeAll(run.lanes, human), { code: 'BALLAST_TOPIC_GAP' });
  });

  it('waits for arrivals until one comes, the feed ends or the signal aborts', async () => {
    let isOver = false;
    await using run = await openLanes({ ended: () => isOver });
    let isAwake = false;
    const waiting = run.lanes.arrivals(signal).then(() => void (isAwake = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(isAwake, false);
    await put(run.topics, human, 0, ['a']);
    await waiting;
    assert.deepEqual(takeAll(run.lanes, human), ['a']);
    await run.lanes.arrivals(AbortSignal.timeout(10));
    isOver = true;
    await run.lanes.arrivals(signal);
    assert.equal(run.lanes.ended(), true);
  });
});
