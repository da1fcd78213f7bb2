import {
  formatTopicPartition,
  lanes,
  parseTopicPartition,
  pipelineSchema,
  refusalIn,
  refusals,
  topicOf,
} from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { createMixer } from '@ballast/mix';
import { BallastError, runStage } from '@ballast/stage';
import type { Arrival, Delivery, ErrorKind, LaneReader, Source } from '@ballast/stage';
import { refusedSink, tableSink } from '@ballast/table';
import type { TableOptions } from '@ballast/table';
import type { Broker } from './broker.ts';
import type { Faults } from './faults.ts';
import type { Task } from './schedule.ts';
import type { Choices } from './choices.ts';
import { memoryWriters } from './shards.ts';
import type { Shards } from './shards.ts';
import { memoryStore } from './store.ts';
import type { Objects } from './store.ts';

/** One incarnation of the mixer, or of the loop beside it that writes refusals. */
export interface MixerRun {
  readonly broker: Broker;
  readonly partitions: readonly number[];
  readonly objects: Objects;
  readonly shards: Shards;
  readonly task: Task;
  readonly choices: Choices;
  readonly faults: Faults;
  /** Simulated milliseconds. */
  readonly now: () => number;
}

/** Small units, and ceilings that admit everything: what is simulated here is who commits what, not the bound. */
const { mixer: pipeline } = pipelineSchema.parse({
  mixer: { caps: { unverified: 1, total: 1 }, rowGroupDocuments: 4, maxHumanDelaySeconds: 1 },
});
const overtaken: ErrorKind = { code: 'BALLAST_SIMULATED_OVERTAKEN', exit: 75, fix: 'none' };
const group = 'mixer';

/** Mixes the lanes of its partitions with the real mixer, sink and commit. */
export async function mixerRun(run: MixerRun): Promise<void> {
  await run.task.park();
  const sink = await tableSink(optionsOf(run));
  const start = await sink.resume();
  const next = (input: TopicPartition): bigint => {
    if (run.faults.isOff('log_is_the_truth')) return run.broker.committed(group, input)?.offset ?? 0n;
    return start.get(formatTopicPartition(input))?.next ?? 0n;
  };
  const signal = new AbortController().signal;
  const mixer = createMixer({
    pipeline,
    lanes: laneReader(run, next),
    start: new Map([...start].map(([lane, state]) => [lane, state.next])),
    marks: Object.fromEntries([...start].map(([lane, { marks }]) => [lane, marks])),
    commit: async (consumed) => {
      const { outcome } = await sink.commit(consumed);
      if (outcome !== 'committed') throw new BallastError(overtaken, `the commit ended as ${outcome}`);
      await showOffsets(run, sink);
    },
    alarm: () => undefined,
    clock: { now: run.now, sleep: (_, until) => untilAborted(until) },
    isDeferred: (read) => sink.isDeferred(read),
    signal,
    seed: 1,
    commitAfterSeconds: 0.1,
  });
  await runStage({
    source: mixer.source,
    stages: [mixer.stage],
    sink,
    route: (verdicts) => (refusalIn(verdicts) === undefined ? 'data' : 'refused'),
    signal,
    backoffMs: [],
  });
}

/** Writes the refused documents of its partitions with the real sink. */
export async function refusedRun(run: MixerRun): Promise<void> {
  await run.task.park();
  const sink = await refusedSink(optionsOf(run));
  await runStage({
    source: refusedSource(run, sink.offsets),
    stages: [{ name: 'mix', version: 'none', process: async () => [] }],
    sink,
    route: () => 'refused',
    signal: new AbortController().signal,
    backoffMs: [],
  });
}

function optionsOf({ objects, shards, task, faults, broker }: MixerRun): TableOptions {
  return {
    root: '/',
    writers: memoryWriters(shards),
    store: memoryStore(objects, task, faults, () => {
      broker.changes += 1;
    }),
    limits: { ...pipeline.caps, repeatedTokens: 1 },
  };
}

/** The group's offsets, which only a display may use. */
async function showOffsets(
  { broker, task }: MixerRun,
  sink: Awaited<ReturnType<typeof tableSink>>,
): Promise<void> {
  await task.park();
  const offsets = await sink.resume();
  for (const [lane, { next }] of offsets) {
    const input = parseTopicPartition(lane);
    broker.commit(group, input, broker.join(group, input), { offset: next, snapshot: '' });
  }
}

function laneReader(
  { broker, partitions, task }: MixerRun,
  start: (input: TopicPartition) => bigint,
): LaneReader {
  const inputs = lanes.flatMap((lane) =>
    partitions.map((partition) => ({ topic: topicOf(lane), partition })),
  );
  const next = new Map(inputs.map((input) => [formatTopicPartition(input), start(input)]));
  const head = (topic: string): Arrival | undefined => {
    for (const partition of partitions) {
      const arrival = broker.read({ topic, partition }, next.get(`${topic}/${partition}`) ?? 0n);
      if (arrival !== undefined) return arrival;
    }
    return undefined;
  };
  return {
    head,
    take(topic) {
      const arrival = head(topic);
      if (arrival === undefined) throw new RangeError(`take: ${topic} has no head`);
      next.set(formatTopicPartition(arrival.read), arrival.read.offset + 1n);
      return arrival;
    },
    rewind(to) {
      for (const [input, offset] of to) next.set(input, offset);
    },
    arrivals: () => task.park(),
    ended: () => false,
  };
}

function refusedSource(
  { broker, partitions, task, choices }: MixerRun,
  offsets: Awaited<ReturnType<typeof refusedSink>>['offsets'],
): Source {
  const inputs = refusals.flatMap((refusal) =>
    partitions.map((partition) => ({ topic: topicOf(refusal), partition })),
  );
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<Delivery> {
      const next = new Map<string, bigint>();
      for (let turn = 0; ; turn += 1) {
        await task.park();
        const input = inputs[turn % inputs.length];
        if (input === undefined) continue;
        const key = formatTopicPartition(input);
        const known = offsets.get(key);
        const isFirst = !next.has(key);
        const at = next.get(key) ?? known?.next ?? 0n;
        const batch = broker.readOn(input, at, 1 + choices.below(5));
        if (batch.length === 0) continue;
        next.set(key, at + BigInt(batch.length));
        const resume = { marks: known?.marks ?? {}, previous: {}, state: null };
        yield { input, batch, ack: async () => undefined, ...(isFirst ? { resume } : {}) };
      }
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
