import { isIngestTopic } from '@ballast/document';
import { visible } from '@ballast/host';
import { checkTopics, createTopics, describeTopics, formatDifference, planTopics } from '@ballast/kafka';
import type { Brokers, PlannedTopic } from '@ballast/kafka';
import type { Pipeline } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { brokerArgs, connectBrokers, ingestTopicsOf } from '../kafka/broker-flags.ts';

const args = {
  action: {
    type: 'positional',
    required: true,
    description: 'create: what is missing; check: every difference with its fix; list: topics and their ends',
  },
  ...brokerArgs,
  partitions: {
    type: 'string',
    valueHint: 'N',
    description: 'Partitions of every topic; default those of documents.raw, else 4',
  },
  json: { type: 'boolean', description: 'Print JSON' },
} as const;

type Connected = Brokers & { readonly pipeline: Pipeline };

const actions: { readonly [name: string]: (brokers: Connected, flags: Flags) => Promise<number> } = {
  create,
  check,
  list,
};

/** `ballast topics create|check|list`: the topics of a pipeline on its brokers; exit 78 when one is not as planned. */
export const topics: Command = {
  meta: { name: 'topics', description: 'Create, check or list the topics of a pipeline on Kafka brokers.' },
  args,
  run: async (flags) => {
    const [name = ''] = flags.positionals;
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action === undefined)
      throw new BallastError(
        cliErrors.usage,
        `topics does ${Object.keys(actions).join(', ')}; "${name}" is none of them`,
      );
    await using brokers = await connectBrokers(flags, 'topics');
    return await action(brokers, flags);
  },
};

/** Partitions where neither a flag nor a topic says. */
const partitionsDefault = 4;

async function planOf(brokers: Connected, flags: Flags): Promise<readonly PlannedTopic[]> {
  const { pipeline, admin, count } = brokers;
  const given = flags.count('partitions', 1);
  const layout = { brokers: count, kafka: pipeline.kafka, ingest: ingestTopicsOf(pipeline) };
  if (given !== undefined) return planTopics({ ...layout, partitions: given });
  const plan = planTopics({ ...layout, partitions: partitionsDefault });
  const { partitions } = await checkTopics(admin, plan, brokers.bootstrap);
  return planTopics({ ...layout, partitions });
}

async function create(brokers: Connected, flags: Flags): Promise<number> {
  const plan = await planOf(brokers, flags);
  const created = await createTopics(brokers.admin, plan);
  const partitions = plan[0]?.partitions ?? 0;
  if (flags.on('json')) print({ created, partitions });
  else if (created.length === 0) process.stdout.write(`all ${plan.length} topics were there\n`);
  else process.stdout.write(`created with ${partitions} partitions: ${created.join(' ')}\n`);
  return await report(brokers, plan, { quiet: true });
}

async function check(brokers: Connected, flags: Flags): Promise<number> {
  return await report(brokers, await planOf(brokers, flags), { quiet: false, json: flags.on('json') });
}

async function report(
  { admin, bootstrap }: Connected,
  plan: readonly PlannedTopic[],
  { quiet, json = false }: { readonly quiet: boolean; readonly json?: boolean },
): Promise<number> {
  const { differences, partitions } = await checkTopics(admin, plan, bootstrap);
  if (json) print({ partitions, topics: plan.length, differences });
  else {
    for (const difference of differences)
      process.stdout.write(visible(`${formatDifference(difference)}\n   fix: ${difference.fix}\n`));
    if (differences.length === 0 && !quiet)
      process.stdout.write(`${plan.length} topics of ${partitions} partitions are as planned\n`);
  }
  return differences.length === 0 ? 0 : 78;
}

async function list({ admin, pipeline, count }: Connected, flags: Flags): Promise<number> {
  const planned = planTopics({ brokers: count, kafka: pipeline.kafka, partitions: 1 }).map(
    ({ name }) => name,
  );
  const others = (await admin.listTopics()).filter((name) => isIngestTopic(name) && !planned.includes(name));
  const found = await describeTopics(admin, [...planned, ...others]);
  const rows = [];
  for (const { name, partitions, replication } of found.values()) {
    const ends = await admin.fetchTopicOffsets(name);
    const byPartition = ends
      .toSorted((a, b) => a.partition - b.partition)
      .map(({ low, high }) => ({ low, high }));
    const messages = byPartition.reduce((sum, { low, high }) => sum + Number(BigInt(high) - BigInt(low)), 0);
    rows.push({ topic: name, partitions, replication, messages, offsets: byPartition });
  }
  if (flags.on('json')) print({ topics: rows });
  else
    for (const { topic, partitions, replication, messages } of rows)
      process.stdout.write(
        visible(`${topic.padEnd(24)} ${partitions} partitions × ${replication}  ${messages} messages\n`),
      );
  return 0;
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...value }, undefined, 2)}\n`);
}
