import {
  formatTopicPartition,
  lanes,
  parseTopicPartition,
  refusalIn,
  refusals,
  topicOf,
} from '@ballast/document';
import type { Pipeline } from '@ballast/document';
import { configHash } from '@ballast/host';
import type { Logger } from '@ballast/host';
import { createMixer } from '@ballast/mix';
import type { Consumed, Mixer } from '@ballast/mix';
import { shardWriters } from '@ballast/shard';
import type { ShardWriters } from '@ballast/shard';
import { BallastError, runStage } from '@ballast/stage';
import type { BatchReport, Json, Topics } from '@ballast/stage';
import { localStore, refusedSink, tableSink } from '@ballast/table';
import type { PartitionState, Store, TableOptions, TableSink } from '@ballast/table';
import { mixerErrors } from './errors.ts';
import { licences } from './licences.ts';
import { systemClock } from './clock.ts';

/** What the mixer runs over. */
export interface MixerContext {
  readonly pipeline: Pipeline;
  readonly topics: Topics;
  /** Dataset root: holds data/ and refused/. */
  readonly root: string;
  readonly logger: Logger;
  /** Cluster whose offsets the table's commits hold; default the table's own id, for embedded topics. */
  readonly clusterId?: string;
  /** Partitions of every lane that are this mixer's; default all. */
  readonly partitions?: readonly number[];
  /** Write its shards and stay open for the next mixer of the process; default its own, which it closes. */
  readonly writers?: ShardWriters;
  /** Ends the mixer: what is open is closed, written and committed. */
  readonly signal: AbortSignal;
  /** True once no lane will receive anything more. */
  readonly ended: () => boolean;
  /** Age in seconds at which a shard with a judged unit is committed; default the longest human delay. */
  readonly commitAfterSeconds?: number;
  readonly observe?: (report: BatchReport) => void;
  /** Told version and mixer's ledger of each shard when it is committed. */
  readonly onCommit?: (version: number, ledger: Json) => void;
  /** Target share of human tokens by stratum, for the audit; the oversampler's reference. */
  readonly reference?: ReadonlyMap<string, number> | undefined;
  /** What the flow looks like after a commit that moves the lanes to these offsets, for the audit. */
  readonly flow?: (consumed: MixerOffsets) => Promise<Json>;
}

/** Where a commit leaves the lanes. */
export type MixerOffsets = Pick<Consumed, 'offsets' | 'marks'>;

/** A running mixer. */
export interface RunningMixer {
  readonly status: Mixer['status'];
  /** Resolves when everything that can be admitted is committed, and every refusal is in refused/. */
  readonly done: Promise<void>;
}

/** Starts the mixer over the lanes: the kept into data/, the refused into refused/. */
export async function startMixer(context: MixerContext): Promise<RunningMixer> {
  const { pipeline, topics, root, logger } = context;
  // What ends one of the two loops in failure ends the other: half a mixer would only seem to run.
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const writers = context.writers ?? shardWriters(pipeline.mixer.shardWriter);
  const options: TableOptions = {
    root,
    writers,
    licenceOf: licences(pipeline.sources),
    configSha256: configHash(pipeline),
    clusterId: context.clusterId,
    limits: { ...pipeline.mixer.caps, repeatedTokens: pipeline.mixer.repeatedTokensMax },
    store: withFailPoints(localStore(root), topics.failAt),
  };
  const sink = await tableSink(options);
  const { commitAfterSeconds, partitions } = context;
  const start = ownOf(await sink.resume(), partitions);
  const mixer = createMixer({
    pipeline: pipeline.mixer,
    lanes: topics.laneReader({
      topics: lanes.map(topicOf),
      start: (input) => start.get(formatTopicPartition(input))?.next ?? 0n,
      ended: context.ended,
      signal,
      ...(partitions === undefined ? {} : { partitions }),
    }),
    start: new Map([...start].map(([lane, { next }]) => [lane, next])),
    marks: Object.fromEntries([...start].map(([lane, { marks }]) => [lane, marks])),
    commit: (consumed) => commitShard(context, sink, consumed),
    alarm: (alarm) => logger.warn(alarm, 'mixer alarm'),
    clock: systemClock,
    isDeferred: (read) => sink.isDeferred(read),
    keptCopies: (root) => sink.keptCopies(root),
    signal,
    seed: seedOf(sink.tableId),
    ...(commitAfterSeconds === undefined ? {} : { commitAfterSeconds }),
  });
  const run = {
    stages: [mixer.stage] as const,
    signal,
    ...(context.observe === undefined ? {} : { observe: context.observe }),
  };
  const kept = runStage({
    ...run,
    source: mixer.source,
    sink,
    route: (verdicts) => (refusalIn(verdicts) === undefined ? 'data' : 'refused'),
  });
  const refused = runRefused({ ...context, signal }, options, mixer);
  for (const loop of [kept, refused]) loop.catch(() => failed.abort());
  const own = context.writers === undefined ? writers : undefined;
  const done = finish(kept, refused, own, async () => {
    // What is left in the lanes may have changed since the last shard; the audit is told the final state.
    if (context.flow !== undefined) await commitShard(context, sink, { offsets: {}, marks: {}, ledger: {} });
  });
  return { status: () => mixer.status(), done };
}

async function commitShard(context: MixerContext, sink: TableSink, consumed: Consumed): Promise<void> {
  const flow = await context.flow?.(consumed);
  const ledger = {
    units: consumed.ledger,
    ...(flow === undefined ? {} : { flow }),
    ...(context.reference === undefined ? {} : { reference: Object.fromEntries(context.reference) }),
  };
  const result = await sink.commit({ ...consumed, ledger });
  if (result.outcome !== 'committed') {
    throw new BallastError(mixerErrors.overtaken, `the commit ended as ${result.outcome}`);
  }
  context.logger.info({ version: result.version }, 'committed');
  context.onCommit?.(result.version, consumed.ledger);
}

/** The refused topics: every record passes the mixer's stage unprocessed and becomes a row of refused/. */
async function runRefused(context: MixerContext, options: TableOptions, mixer: Mixer): Promise<void> {
  const { topics, signal, ended, partitions } = context;
  const sink = await refusedSink(options);
  await runStage({
    source: topics.source({
      group: 'mixer',
      topics: refusals.map(topicOf),
      batch: refusedBatch,
      linger: refusedLingerMs,
      signal,
      until: ended,
      ...(partitions === undefined ? {} : { partitions }),
      start: (input) => {
        const { next, marks } = sink.offsets.get(formatTopicPartition(input)) ?? { next: 0n, marks: {} };
        return { offset: next, checkpoint: { marks, previous: {}, state: null } };
      },
    }),
    stages: [mixer.stage],
    sink,
    route: () => 'refused',
    signal,
  });
}

/** The places of these partitions alone: what other mixers of the table consume is theirs. */
function ownOf(
  places: ReadonlyMap<string, PartitionState>,
  partitions: readonly number[] | undefined,
): ReadonlyMap<string, PartitionState> {
  if (partitions === undefined) return places;
  return new Map([...places].filter(([lane]) => partitions.includes(parseTopicPartition(lane).partition)));
}

/** Lets crash tests end the process on either side of an exclusive log entry. */
function withFailPoints(store: Store, failAt: (point: string) => void): Store {
  return {
    ...store,
    putIfAbsent: async (key, bytes) => {
      failAt('commit:before');
      const created = await store.putIfAbsent(key, bytes);
      failAt('commit:linked');
      return created;
    },
  };
}

/** Each delivery of refused documents is one shard and one commit, so they wait a little for company. */
const refusedBatch = { documents: 4_096, bytes: 16 * 1024 * 1024 } as const;
const refusedLingerMs = 2_000;

async function finish(
  kept: Promise<void>,
  refused: Promise<void>,
  writers: AsyncDisposable | undefined,
  close: () => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled([kept, refused]);
  try {
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    await close();
  } finally {
    await writers?.[Symbol.asyncDispose]();
  }
}

/** The order inside units is random but repeatable: 32 bits of the table's id. */
function seedOf(tableId: string): number {
  return Number.parseInt(tableId.replaceAll('-', '').slice(0, 8), 16) >>> 0;
}
