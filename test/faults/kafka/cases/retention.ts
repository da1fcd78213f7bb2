import { setTimeout as delay } from 'node:timers/promises';
import { detectedTopic, rawTopic } from '@ballast/document';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { ownBroker } from '../../../broker/shared.ts';
import { exactlyOnce } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { Feeder } from '../feeder.ts';
import { PipelineRun } from '../pipeline-run.ts';
import type { Stage } from '../progress.ts';
import { withAdmin } from '../raw-topic.ts';

const { ConfigResourceTypes, ConfigSource } = kafkajs;

/**
 * F12: what a stage has yet to read is deleted, its topic is created again, its offsets are deleted,
 * each while it is stopped and while it runs. It must stop with a named error, and go no further.
 */
export const lostTopics: FaultCase = {
  id: 'F12',
  title: 'retention overrun, topic re-created, offsets deleted',
  target: 'hard stop with an alarm within one batch; never passed over in silence',
  slices: 1,
  run: loseTopics,
};

interface Loss {
  readonly name: string;
  readonly stage: Stage;
  readonly topic: string;
  readonly while: 'stopped' | 'running';
  readonly inflict: (admin: Admin, topic: string, ends: readonly string[]) => Promise<void>;
}

const losses: readonly Loss[] = [
  { name: 'retention overrun', stage: 'detector', topic: rawTopic, while: 'stopped', inflict: deleteRecords },
  {
    name: 'retention overrun',
    stage: 'verifier',
    topic: detectedTopic,
    while: 'stopped',
    inflict: deleteRecords,
  },
  { name: 'topic re-created', stage: 'verifier', topic: detectedTopic, while: 'stopped', inflict: recreate },
  { name: 'topic re-created', stage: 'verifier', topic: detectedTopic, while: 'running', inflict: recreate },
  {
    name: 'offsets deleted and retention overrun',
    stage: 'verifier',
    topic: detectedTopic,
    while: 'stopped',
    inflict: async (admin, topic, ends) => {
      await forgetOffsets(admin);
      await deleteRecords(admin, topic, ends);
    },
  },
];

async function loseTopics(context: CaseContext): Promise<Outcome> {
  const failures: string[] = [];
  const injected: { [fault: string]: number } = {};
  const stopMs: number[] = [];
  const chosen = context.size < 0.5 ? losses.filter((_, index) => index % 2 === 0) : losses;
  await using broker = await ownBroker();
  for (const [index, loss] of chosen.entries()) {
    const seed = context.seed * 16 + index;
    const name = `${loss.name} of ${loss.topic}, ${loss.stage} ${loss.while}`;
    const result = await lose(broker.bootstrap, seed, loss);
    if (result.failure !== undefined) failures.push(`${name}: ${result.failure}`);
    if (result.ms !== undefined) stopMs.push(result.ms);
    injected[name] = 1;
    context.say(`${name}: ${result.failure ?? `stopped after ${result.ms ?? 0} ms: ${result.said}`}`);
  }
  if (context.size >= 0.5) {
    const replayed = await replayAll(broker.bootstrap, context.seed * 16 + 15);
    if (replayed !== undefined) failures.push(`offsets deleted: ${replayed}`);
    injected['offsets deleted, everything still there'] = 1;
  }
  return { documents: chosen.length * 1_200, injected, recoveryMs: stopMs, failures };
}

interface LossResult {
  readonly failure?: string;
  /** From the start (or the loss) to the end of the service. */
  readonly ms?: number;
  readonly said: string;
}

async function lose(bootstrap: string, seed: number, loss: Loss): Promise<LossResult> {
  const set = { seed, count: 1_200, size: 600 };
  await using run = new PipelineRun({
    bootstrap,
    set,
    sessionTimeoutMs: 2_000,
    spec: () => ({ restart: false }),
  });
  await deleteAllTopics(bootstrap);
  await run.createTopics();
  await using feeder = await Feeder.open(bootstrap, set);
  const upstream: readonly Stage[] = loss.stage === 'detector' ? [] : ['detector'];
  run.start(upstream);
  const victim = run.startReplica(loss.stage, 0);
  await feeder.feed(400);
  await run.untilDone(loss.stage, 400, 60_000);
  if (loss.while === 'stopped') await victim.drain(10_000);
  await feeder.feed(400);
  if (upstream.length > 0) await run.untilDone('detector', 800, 60_000);
  for (const stage of upstream) await run.replicas(stage)[0]?.drain(10_000);
  if (loss.while === 'running') await run.untilDone(loss.stage, 800, 60_000);
  const before = await run.progress.committed(loss.stage);
  await withAdmin(bootstrap, async (admin) => {
    const ends = (await admin.fetchTopicOffsets(loss.topic)).map(({ high }) => high);
    await loss.inflict(admin, loss.topic, ends);
  });
  const since = performance.now();
  if (loss.while === 'stopped') victim.start();
  // What comes in now must not be taken for the continuation of what is gone.
  await feeder.feed(400);
  if (upstream.length > 0) for (const stage of upstream) run.replicas(stage)[0]?.start();
  const exit = await victim.ended(60_000).catch(() => undefined);
  const said = /BALLAST_[A-Z_]+/.exec(victim.logTail(8))?.[0] ?? '';
  if (exit === undefined) {
    return { failure: `it did not stop\n${victim.logTail(8)}`, said };
  }
  if (exit.code === 0 || exit.code === null || said === '')
    return {
      failure: `it ended with ${String(exit.code ?? exit.signal)} and no named error\n${victim.logTail(8)}`,
      said,
    };
  const after = await run.progress.committed(loss.stage);
  const moved = [...after].filter(([input, offset]) => offset > (before.get(input) ?? 0n));
  const ms = Math.round(exit.at - since);
  return moved.length === 0
    ? { ms, said }
    : {
        failure: `it committed ${moved.map(([input, offset]) => `${input} ${offset}`).join(', ')} before it stopped`,
        ms,
        said,
      };
}

/** With every message still there, deleted offsets are a replay from the start: no stop, and nothing twice. */
async function replayAll(bootstrap: string, seed: number): Promise<string | undefined> {
  const set = { seed, count: 1_200, size: 600 };
  await using run = new PipelineRun({ bootstrap, set });
  await deleteAllTopics(bootstrap);
  await run.createTopics();
  await using feeder = await Feeder.open(bootstrap, set);
  run.start();
  await feeder.feed(800);
  await run.untilDone('mixer', 800, 60_000);
  const [verifier] = run.replicas('verifier');
  await verifier?.drain(10_000);
  await withAdmin(bootstrap, forgetOffsets);
  verifier?.start();
  await feeder.feed(400);
  const { failures } = exactlyOnce({
    documents: set.count,
    injected: {},
    check: await run.finish(),
    recoveryMs: [],
  });
  return failures.length === 0 ? undefined : failures.join('; ');
}

async function deleteRecords(admin: Admin, topic: string, ends: readonly string[]): Promise<void> {
  await admin.deleteTopicRecords({
    topic,
    partitions: ends.map((offset, partition) => ({
      partition,
      offset: String(Math.max(1, Number(offset) - 10)),
    })),
  });
}

async function recreate(admin: Admin, topic: string, ends: readonly string[]): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
  });
  const configEntries = (resources[0]?.configEntries ?? [])
    .filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG)
    .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
  await admin.deleteTopics({ topics: [topic] });
  for (let tries = 0; ; tries += 1) {
    await delay(300);
    try {
      const topics = [{ topic, numPartitions: ends.length, replicationFactor: 1, configEntries }];
      if (await admin.createTopics({ topics, waitForLeaders: true })) return;
    } catch (error) {
      if (tries > 20) throw error;
    }
  }
}

async function forgetOffsets(admin: Admin): Promise<void> {
  await admin.deleteGroups(['verifier']);
}

/** The next loss begins on an empty broker. */
async function deleteAllTopics(bootstrap: string): Promise<void> {
  await withAdmin(bootstrap, async (admin) => {
    const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
    const own = groups.filter((group) => ['detector', 'verifier', 'oversampler', 'mixer'].includes(group));
    for (const group of own) {
      for (let tries = 0; tries < 40; tries += 1) {
        try {
          await admin.deleteGroups([group]);
          break;
        } catch {
          await delay(250);
        }
      }
    }
    const topics = (await admin.listTopics()).filter((topic) => /^(documents|shards|ballast\.)/.test(topic));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    await delay(500);
  });
}
