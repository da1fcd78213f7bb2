import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { deniedError } from './denied.ts';

/** A topic as the broker has it. */
export interface DescribedTopic {
  readonly name: string;
  readonly partitions: number;
  /** Fewest replicas of any partition. */
  readonly replication: number;
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * Those of the named topics that exist, with partitions and settings; topics that may be described but
 * whose settings may not have none. Throws BALLAST_KAFKA_DENIED when a topic may not be described.
 */
export async function describeTopics(
  admin: Admin,
  names: readonly string[],
): Promise<ReadonlyMap<string, DescribedTopic>> {
  const visible = new Set(await admin.listTopics());
  const present = names.filter((name) => visible.has(name));
  for (const name of names) if (!visible.has(name)) await assertMissing(admin, name);
  if (present.length === 0) return new Map();
  const { topics } = await admin.fetchTopicMetadata({ topics: present });
  const settings = await settingsOf(admin, present);
  return new Map(
    topics.map(({ name, partitions }): [string, DescribedTopic] => [
      name,
      {
        name,
        partitions: partitions.length,
        replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        settings: settings.get(name) ?? new Map(),
      },
    ]),
  );
}

/** A topic that is not listed is missing, or hidden from this user: the broker tells when asked by name. */
async function assertMissing(admin: Admin, name: string): Promise<void> {
  try {
    await admin.fetchTopicMetadata({ topics: [name] });
  } catch (cause) {
    if (typeOf(cause) !== 'TOPIC_AUTHORIZATION_FAILED') return;
    throw deniedError('Describe', name, cause);
  }
}

async function settingsOf(
  admin: Admin,
  names: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    });
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
  } catch (cause) {
    if (typeOf(cause) !== 'TOPIC_AUTHORIZATION_FAILED') throw cause;
    throw deniedError('DescribeConfigs', names.join(', '), cause);
  }
}

/** What the broker answered, such as `UNKNOWN_TOPIC_OR_PARTITION`; undefined for any other error. */
export function typeOf(error: unknown): string | undefined {
  return error instanceof Error && 'type' in error ? String(error.type) : undefined;
}
