import { setTimeout as delay } from 'node:timers/promises';
import { BallastError } from '@ballast/stage';
import type { Admin } from 'kafkajs';
import { deniedError } from './denied.ts';
import { typeOf } from './describe-topics.ts';
import { adminErrors } from './errors.ts';
import { isPassing } from './passing.ts';
import type { PlannedTopic } from './topic-plan.ts';

/**
 * Creates what is missing of the plan and leaves alone what exists; resolves with the names created.
 * Running it again, or twice at once, is the same as running it once. Every partition has a leader then.
 * Throws BALLAST_KAFKA_UNREACHABLE when that takes the brokers more than 30 s,
 * BALLAST_KAFKA_REPLICATION and BALLAST_KAFKA_DENIED.
 */
export async function createTopics(admin: Admin, plan: readonly PlannedTopic[]): Promise<readonly string[]> {
  const created: string[] = [];
  const present = new Set(await admin.listTopics());
  for (const topic of plan) {
    if (present.has(topic.name)) continue;
    if (await createTopic(admin, topic)) created.push(topic.name);
  }
  await awaitLeaders(admin, created);
  return created;
}

/**
 * kafkajs's own wait for leaders fails at once where a broker has not heard of a topic yet, which on a busy
 * one is so for a second after it was created.
 */
async function awaitLeaders(admin: Admin, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  for (const end = performance.now() + leadersMs; ;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
      if (topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if (typeOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION' && !isPassing(error)) throw error;
    }
    if (performance.now() > end)
      throw new BallastError(
        adminErrors.unreachable,
        `${names.join(', ')}: created, but no broker leads their partitions`,
      );
    await delay(pauseMs);
  }
}

/** Longest wait for leaders, and the pause between two looks, in milliseconds. */
const leadersMs = 30_000;
const pauseMs = 100;

/** False when somebody else was first. */
async function createTopic(admin: Admin, topic: PlannedTopic): Promise<boolean> {
  try {
    return await admin.createTopics({
      waitForLeaders: false,
      topics: [
        {
          topic: topic.name,
          numPartitions: topic.partitions,
          replicationFactor: topic.replication,
          configEntries: Object.entries(topic.settings).map(([name, value]) => ({ name, value })),
        },
      ],
    });
  } catch (cause) {
    const type = typeOf(first(cause));
    if (type === 'INVALID_REPLICATION_FACTOR') {
      throw new BallastError(
        adminErrors.replication,
        `${topic.name}: the cluster has fewer brokers than ${topic.replication} replicas need`,
        { cause },
      );
    }
    if (type === 'TOPIC_AUTHORIZATION_FAILED' || type === 'CLUSTER_AUTHORIZATION_FAILED')
      throw deniedError('Create', topic.name, cause);
    throw cause;
  }
}

/** CreateTopics answers for each topic; kafkajs throws an aggregate of them. */
function first(error: unknown): unknown {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : error;
}
