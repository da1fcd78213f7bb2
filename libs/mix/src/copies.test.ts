import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Lane, Position } from '@ballast/document';
import { sha256OfValue } from '@ballast/stage';
import type { Arrival } from '@ballast/stage';
import * as fc from 'fast-check';
import {
  MemoryLanes,
  copiesOf,
  messages,
  mixAll,
  resumeFrom,
  settings,
  stillClock,
  together,
} from './lanes.fixture.ts';
import type { Lot, Outcome } from './lanes.fixture.ts';

/** A document of one ingest partition, in the order of ingestion. */
interface Deed {
  readonly lane: Lane;
  /** Index of the document it is a replayed copy of. */
  readonly of?: number;
  /** The header names its root, and the hash of another text: the text of this document. */
  readonly forged?: boolean;
  /** It was refused before it reached a lane. */
  readonly rejected?: boolean;
}

const anchor: Omit<Lot, 'lane'> = { tokens: 100, p: 0, eps: 0 };
const unsure: Omit<Lot, 'lane'> = { tokens: 100, p: 0.4, eps: 0 };
const pipeline = settings({ rowGroupDocuments: 64, shardBytes: 65_536 });

/** What the lanes hold. */
function arrivalsOf(deeds: readonly Deed[]): readonly Arrival[] {
  const inLanes = deeds.filter(({ rejected }) => rejected !== true);
  const plain = messages(inLanes.map(({ lane }) => ({ lane, ...(lane === 'human' ? anchor : unsure) })));
  // Positions follow the list, those of the rejected included; offsets in the lanes are those of messages().
  const position = (index: number) => ({ topic: 'documents.raw', partition: 0, offset: BigInt(index) });
  const previous = new Map<string, bigint>();
  const arrivals: Arrival[] = [];
  const reads = new Map<number, Arrival['read']>();
  for (const [index, { of, forged, rejected }] of deeds.entries()) {
    const base = plain[arrivals.length];
    if (rejected === true || base === undefined) continue;
    const before = previous.get(base.read.topic);
    previous.set(base.read.topic, BigInt(index));
    reads.set(index, base.read);
    const root = rootOf(deeds, index);
    const value = new TextEncoder().encode(forged === true ? `junk ${index}` : `text ${root}`);
    const replayOf = {
      root: position(root),
      sha256: sha256OfValue(value),
      replay: 'test',
      lane: reads.get(root),
    };
    arrivals.push({
      ...base,
      position: position(index),
      previous: before === undefined ? undefined : position(Number(before)),
      value,
      ...(of === undefined ? {} : { replayOf }),
    });
  }
  return arrivals;
}

function rootOf(deeds: readonly Deed[], index: number): number {
  const of = deeds[index]?.of;
  return of === undefined ? index : rootOf(deeds, of);
}

const offsetsOf = (arrivals: readonly Arrival[]): readonly number[] =>
  arrivals.map(({ position }) => Number(position.offset)).toSorted((a, b) => a - b);
const keptBy = (outcome: Outcome): readonly number[] =>
  offsetsOf(outcome.rows.filter(({ copy }) => !copy).map(({ lot }) => lot));
const supersededBy = ({ written }: Outcome): readonly number[] =>
  offsetsOf(
    written.filter(({ verdicts }) => verdicts.mix?.reason === 'superseded').map(({ arrival }) => arrival),
  );
const humans = (count: number): readonly Deed[] => Array.from({ length: count }, () => ({ lane: 'human' }));
const lanesOf = (deeds: readonly Deed[]): MemoryLanes => new MemoryLanes().push(arrivalsOf(deeds)).end();
const mixed = (deeds: readonly Deed[]): Promise<Outcome> => mixAll(lanesOf(deeds), { pipeline });

/** One run after the first documents, another after the others: what the first committed is in the log. */
async function inTwoRuns(
  before: readonly Deed[],
  after: readonly Deed[],
  isDeferred: (read: Position) => boolean = () => false,
): Promise<{ readonly first: Outcome; readonly second: Outcome }> {
  const lanes = lanesOf(before);
  const first = await mixAll(lanes, { pipeline, isDeferred });
  const { start, marks } = resumeFrom(first.commits);
  lanes.restart(start).push(arrivalsOf([...before, ...after]).slice(before.length));
  const kept = first.rows.map(({ lot }) => lot);
  const second = await mixAll(lanes.end(), {
    pipeline,
    start,
    marks,
    isDeferred,
    keptCopies: (root) => copiesOf(root, kept),
  });
  return { first, second };
}

describe('of several copies one is kept, the others end superseded (P13 to P15)', () => {
  test('the root waits, its copy comes in by the human lane: the root is superseded in the same run', async () => {
    const outcome = await mixed([{ lane: 'p50' }, { lane: 'human', of: 0 }]);
    assert.deepEqual([keptBy(outcome), supersededBy(outcome)], [[1], [0]]);
  });

  test('the root is kept, its copy comes later: the copy is superseded', async () => {
    const outcome = await mixed([{ lane: 'human' }, { lane: 'human', of: 0 }, ...humans(3)]);
    assert.deepEqual([keptBy(outcome), supersededBy(outcome)], [[0, 2, 3, 4], [1]]);
  });

  test('root and copy wait in different lanes: the one that is admitted supersedes the other', async () => {
    const rest = humans(2_000);
    const outcome = await mixed([{ lane: 'p50' }, { lane: 'p30', of: 0 }, ...rest]);
    assert.deepEqual(supersededBy(outcome), [0], 'p30 is served first');
    assert.equal(keptBy(outcome).length, 1 + rest.length);
  });

  test('a replay of a replay points to the root: one of the three is kept', async () => {
    const outcome = await mixed([{ lane: 'p50' }, { lane: 'p30', of: 0 }, { lane: 'human', of: 1 }]);
    assert.deepEqual([keptBy(outcome), supersededBy(outcome)], [[2], [0, 1]]);
  });

  test('a copy of what is superseded already is superseded too, in a later run', async () => {
    const { second } = await inTwoRuns(
      [{ lane: 'p50' }, { lane: 'human', of: 0 }],
      [{ lane: 'human', of: 0 }],
    );
    assert.deepEqual([keptBy(second), supersededBy(second)], [[], [2]]);
  });

  test('a copy of what was kept in an earlier run is superseded', async () => {
    const { second } = await inTwoRuns([{ lane: 'human' }], [{ lane: 'human', of: 0 }]);
    assert.deepEqual([keptBy(second), supersededBy(second)], [[], [1]]);
  });
});

describe('who supersedes nothing', () => {
  test('a rejected root: its honest replay is accepted (P15)', async () => {
    const outcome = await mixed([
      { lane: 'human', rejected: true },
      { lane: 'human', of: 0 },
    ]);
    assert.deepEqual([keptBy(outcome), supersededBy(outcome)], [[1], []]);
  });

  test('a root that the mixer itself deferred: its lane offset is consumed, and it was not kept (P15)', async () => {
    const { first, second } = await inTwoRuns(
      [{ lane: 'p50' }, ...humans(3)],
      [{ lane: 'human', of: 0 }],
      ({ topic, offset }) => topic === 'documents.p50' && offset === 0n,
    );
    assert.deepEqual(offsetsOf(first.deferred), [0]);
    assert.deepEqual([keptBy(second), supersededBy(second)], [[4], []]);
  });

  test('a forged header with another text: the waiting human document goes in when its turn comes (P13)', async () => {
    const { first, second } = await inTwoRuns(
      [{ lane: 'p50' }, { lane: 'human', of: 0, forged: true }],
      humans(2_000),
    );
    assert.deepEqual([keptBy(first), supersededBy(first)], [[1], []]);
    assert.deepEqual(supersededBy(second), []);
    assert.ok(keptBy(second).includes(0), 'the root is kept');
  });

  test('a forged header kept first does not take the place of the honest replay', async () => {
    const outcome = await mixed([
      { lane: 'human', rejected: true },
      { lane: 'human', of: 0, forged: true },
      { lane: 'human', of: 0 },
    ]);
    assert.deepEqual([keptBy(outcome), supersededBy(outcome)], [[1, 2], []]);
  });

  test('a copy in a shard that was never committed: what counts is the log', async () => {
    const deeds: readonly Deed[] = [{ lane: 'p50' }, { lane: 'human', of: 0 }, ...humans(2_000)];
    const lanes = lanesOf(deeds);
    const crashed = await mixAll(lanes, { pipeline }, 0);
    assert.deepEqual([crashed.commits.length, supersededBy(crashed)], [0, []]);
    const again = await mixAll(lanes.restart(new Map()).end(), { pipeline });
    assert.deepEqual(supersededBy(again), [0]);
    assert.equal(keptBy(again).length, 2_001);
  });
});

describe('the human lane with a copy at its head', () => {
  test('does not wait for the age of the shard: what it depends on is committed at once', async () => {
    // Lanes that never end, time that stands still: only the copy can bring the commit about.
    const lanes = new MemoryLanes().push(arrivalsOf([{ lane: 'human' }, { lane: 'human', of: 0 }]));
    const stop = new AbortController();
    const commits: number[] = [];
    await mixAll(lanes, {
      pipeline,
      clock: stillClock,
      signal: stop.signal,
      commit: async () => {
        commits.push(1);
        // The second commit is that of the end.
        if (commits.length === 1) setImmediate(() => stop.abort());
      },
    });
    assert.ok(commits.length >= 1);
  });
});

const deed = fc.record(
  {
    lane: fc.constantFrom<Lane>('human', 'p30', 'p50'),
    of: fc.option(fc.nat(40), { nil: undefined }),
    forged: fc.boolean(),
    rejected: fc.boolean(),
  },
  { requiredKeys: ['lane'] },
);

describe('any mixture of documents, copies, forgeries and crashes', () => {
  test('keeps at most one copy of each text, and supersedes only for a kept one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 40 }), fc.nat(6), async (drawn, crashAt) => {
        const deeds = drawn.map(({ of, forged, rejected, lane }, index): Deed => {
          const target = of === undefined || of >= index ? undefined : of;
          return {
            lane,
            ...(target === undefined ? {} : { of: target }),
            ...(target !== undefined && forged === true ? { forged } : {}),
            ...(rejected === true ? { rejected } : {}),
          };
        });
        const lanes = lanesOf([...deeds, ...humans(350)]);
        const first = await mixAll(lanes, { pipeline }, crashAt);
        const { start, marks } = resumeFrom(first.commits);
        const refused = new Set(first.deferred.map(({ read }) => `${read.topic} ${read.offset}`));
        const second = await mixAll(lanes.restart(start).end(), {
          pipeline,
          start,
          marks,
          keptCopies: (root) =>
            copiesOf(
              root,
              first.rows.map(({ lot }) => lot),
            ),
          isDeferred: ({ topic, offset }) => refused.has(`${topic} ${offset}`),
        });
        const both = together([first, second]);
        const texts = both.rows
          .filter(({ copy }) => !copy)
          .map(({ lot }) => Buffer.from(lot.value).toString());
        assert.equal(new Set(texts).size, texts.length, 'no text is kept twice');
        for (const arrival of both.deferred)
          assert.ok(texts.includes(`text ${rootOf(deeds, Number(arrival.position.offset))}`));
        // Nothing but a kept copy keeps a human-lane document out; a forger keeps out nobody but himself.
        const kept = new Set(both.rows.map(({ lot }) => Number(lot.position.offset)));
        for (const [index, { lane, forged, rejected }] of deeds.entries()) {
          if (lane !== 'human' || rejected === true) continue;
          const text = forged === true ? `junk ${index}` : `text ${rootOf(deeds, index)}`;
          assert.ok(texts.includes(text) || (forged === true && kept.has(rootOf(deeds, index))), text);
        }
      }),
      { seed: 5, numRuns: 80 },
    );
  });
});
