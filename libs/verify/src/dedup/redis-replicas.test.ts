import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { formatPosition, pipelineSchema } from '@ballast/document';
import type { VerifyVerdict } from '@ballast/document';
import type { Json, Record, Stage } from '@ballast/stage';
import * as fc from 'fast-check';
import { record } from '../record.fixture.ts';
import { verify } from '../verify.ts';
import { memoryIndex } from './first-seen.ts';
import type { FirstSeenIndex } from './first-seen.ts';
import { lacksRedis, RedisServer } from './redis.fixture.ts';
import { openRedisIndex } from './redis.ts';

const partitionCount = 2;
const documentCount = 24;
const familyCount = 12;
/** Words that no two families share; a number tells the documents of one apart, for exact copies are rarer. */
const families = Array.from({ length: familyCount }, (_, family) =>
  Array.from({ length: 30 }, (_, word) => String.fromCharCode(97 + family).repeat(2 + (word % 9))).join(' '),
);
/** Families and numbers are spread so that each partition has documents of each family. */
const streams: readonly (readonly Record[])[] = Array.from({ length: partitionCount }, (_, partition) =>
  Array.from({ length: documentCount }, (_, offset) => {
    const family = (offset * 7 + partition * 5) % familyCount;
    const text = `${families[family] ?? ''} ${(offset * 3) % 4}`;
    const made = record(offset, { text, partition });
    return { ...made, read: { ...made.read, partition } };
  }),
);

function verifierOver(index: FirstSeenIndex): Stage<VerifyVerdict> {
  const dedup = { near: { action: 'reject' } };
  return verify({
    pipeline: pipelineSchema.parse({ verify: { action: 'annotate', code: 'off', dedup } }).verify,
    trustOf: () => new Set(),
    index,
    sandbox: undefined,
  });
}

/** One partition on its way through whichever verifier owns it. */
interface Lane {
  readonly records: readonly Record[];
  acked: number;
  snapshot: Json | undefined;
  /** The first verdict of each position that any verifier gave. */
  readonly first: Map<string, VerifyVerdict>;
}

/** A verifier process: its connection, and the stage as it is since the last start. */
class Replica {
  readonly #open: () => Promise<FirstSeenIndex>;
  #index: FirstSeenIndex | undefined;
  #stage: Stage<VerifyVerdict> | undefined;
  /** Lanes restored since the last start. */
  #restored = new Set<Lane>();

  constructor(open: () => Promise<FirstSeenIndex>) {
    this.#open = open;
  }

  /** Judges the next documents of a lane; what was said before must be said again. The ack may be lost. */
  async step(lane: Lane, size: number, isAcked: boolean): Promise<void> {
    this.#index ??= await this.#open();
    const stage = (this.#stage ??= verifierOver(this.#index));
    const batch = lane.records.slice(lane.acked, lane.acked + size);
    const [head] = batch;
    if (head === undefined) return;
    if (!this.#restored.has(lane)) stage.state?.restore(head.read, lane.snapshot);
    this.#restored.add(lane);
    const verdicts = await stage.process(batch, new AbortController().signal);
    for (const [at, verdict] of verdicts.entries()) {
      const name = formatPosition(batch[at]?.position ?? head.position);
      const known = lane.first.get(name);
      if (known === undefined) lane.first.set(name, verdict);
      else assert.deepEqual(verdict, known, `redelivery of ${name}`);
    }
    if (!isAcked) return this.forget(lane);
    lane.snapshot = stage.state?.snapshot(head.read);
    lane.acked += batch.length;
  }

  /** Loses a lane to another verifier, or its ack. */
  forget(lane: Lane): void {
    this.#restored.delete(lane);
  }

  async crash(): Promise<void> {
    await this.#index?.close();
    this.#index = undefined;
    this.#stage = undefined;
    this.#restored = new Set();
  }
}

const freshLanes = (): readonly Lane[] =>
  streams.map((records) => ({ records, acked: 0, snapshot: undefined, first: new Map() }));

/** Sets of positions of which all but one name that one as what they copy, directly or through others. */
function clustersOf(lanes: readonly Lane[]): readonly string[] {
  const verdicts = new Map(lanes.flatMap(({ first }) => [...first]));
  const keptOf = (name: string): string => {
    const verdict = verdicts.get(name);
    const of = verdict !== undefined && 'duplicateOf' in verdict ? verdict.duplicateOf : undefined;
    return of === undefined ? name : keptOf(of);
  };
  const clusters = Map.groupBy([...verdicts.keys()], keptOf);
  return [...clusters.values()].map((members) => members.toSorted().join(' ')).toSorted();
}

/** What happens next: to which lane, in a batch of which size, and what goes wrong. */
const eventArbitrary = fc.record({
  lane: fc.nat({ max: partitionCount - 1 }),
  size: fc.integer({ min: 1, max: 9 }),
  otherSize: fc.integer({ min: 1, max: 9 }),
  fate: fc.constantFrom('acked', 'acked', 'ack lost', 'crash', 'swap', 'zombie'),
});

describe('two verifiers over one Redis', { skip: lacksRedis }, () => {
  const server = new RedisServer();
  before(() => server.start());
  after(() => server.remove());

  test('say the same again after any crash and any cut, and find the clusters that one alone finds', async () => {
    const alone = freshLanes();
    const one = new Replica(() => memoryIndex({ table: 't' }));
    for (const lane of alone) await one.step(lane, documentCount, true);
    const expected = clustersOf(alone);
    assert.equal(expected.length, familyCount);
    let runs = 0;
    const survivors = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(eventArbitrary, { minLength: 4, maxLength: 20 }), async (events) => {
        runs += 1;
        const table = `run-${runs}`;
        const lanes = await replay(events, () => openRedisIndex(server.url, { table }));
        assert.deepEqual(clustersOf(lanes), expected);
        const kept = lanes.flatMap(({ first }) =>
          [...first].flatMap(([name, { action }]) => (action === 'keep' ? [name] : [])),
        );
        assert.equal(kept.length, familyCount);
        survivors.add(kept.toSorted().join(' '));
      }),
      { numRuns: 12, seed: 6 },
    );
    assert.ok(survivors.size > 1, 'who survives is the race’s to say');
  });
});

/** Both verifiers judge at once, event after event, then whatever is left. */
async function replay(
  events: readonly (typeof eventArbitrary extends fc.Arbitrary<infer E> ? E : never)[],
  open: () => Promise<FirstSeenIndex>,
): Promise<readonly Lane[]> {
  const lanes = freshLanes();
  let owners = [new Replica(open), new Replica(open)];
  try {
    for (const { lane, size, otherSize, fate } of events) {
      const steps = lanes.map(async (each, at) => {
        const isStruck = at === lane && (fate === 'ack lost' || fate === 'crash');
        await owners[at]?.step(each, at === lane ? size : otherSize, !isStruck);
      });
      await Promise.all(steps);
      if (fate === 'crash') await owners[lane]?.crash();
      if (fate === 'swap') {
        for (const owner of owners) for (const each of lanes) owner.forget(each);
        owners = owners.toReversed();
      }
      // A verifier that lost its partition judges a batch of it beside the new owner; its ack is refused.
      const struck = lanes[lane];
      if (fate === 'zombie' && struck !== undefined)
        await Promise.all(owners.map((owner) => owner.step(struck, size, false)));
    }
    for (const [at, lane] of lanes.entries())
      while (lane.acked < documentCount) await owners[at]?.step(lane, 8, true);
  } finally {
    for (const owner of owners) await owner.crash();
  }
  return lanes;
}
