import { rawTopic } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Admin } from 'kafkajs';
import { adminErrors } from './errors.ts';
import { describeTopics } from './describe-topics.ts';
import type { DescribedTopic } from './describe-topics.ts';
import type { PlannedTopic } from './topic-plan.ts';

/** One way in which a topic is not as planned. */
export interface TopicDifference {
  readonly topic: string;
  /** `topic`, `partitions`, `replication`, or a setting's name. */
  readonly what: string;
  readonly found: string;
  readonly wanted: string;
  /** The command that mends it. */
  readonly fix: string;
  /** True when documents could be lost: no service starts on it. */
  readonly isFatal: boolean;
}

/** What a check found. */
export interface TopicCheck {
  readonly differences: readonly TopicDifference[];
  /** Partitions that every topic must have: those of the ingest, or the plan's when there is none. */
  readonly partitions: number;
}

/** Settings whose plain difference is more than advice: contiguous offsets and room for a document. */
const fatalSettings: ReadonlySet<string> = new Set(['cleanup.policy', 'max.message.bytes']);
/** Settings where more than planned is as good. */
const atLeast: ReadonlySet<string> = new Set(['min.insync.replicas', 'max.message.bytes', 'retention.ms']);

/**
 * Compares topics with the plan. Partition counts are compared with `documents.raw` where it is
 * among them, else with the greatest: growing a topic is possible, shrinking is not.
 * Throws BALLAST_KAFKA_DENIED when a topic may not be described.
 */
export async function checkTopics(
  admin: Admin,
  plan: readonly PlannedTopic[],
  bootstrap: string,
): Promise<TopicCheck> {
  const found = await describeTopics(
    admin,
    plan.map(({ name }) => name),
  );
  const partitions = partitionsOf(plan, found);
  const differences = plan.flatMap((planned) => {
    const wanted = planned.partitions === 1 ? planned : { ...planned, partitions };
    return compare(wanted, found.get(planned.name), bootstrap);
  });
  return { differences, partitions };
}

/**
 * The partition count that all topics have. Throws BALLAST_KAFKA_TOPICS with every fatal difference
 * and the commands that mend them.
 */
export async function assertTopics(
  admin: Admin,
  plan: readonly PlannedTopic[],
  bootstrap: string,
): Promise<TopicCheck> {
  const check = await checkTopics(admin, plan, bootstrap);
  const fatal = check.differences.filter(({ isFatal }) => isFatal);
  if (fatal.length === 0) return check;
  const fixes = [...new Set(fatal.map(({ fix }) => fix))];
  throw new BallastError(
    { ...adminErrors.topics, fix: fixes.join('\n   then: ') },
    fatal.map(formatDifference).join('\n'),
  );
}

/** `documents.human: cleanup.policy is compact, not delete`. */
export function formatDifference({ topic, what, found, wanted }: TopicDifference): string {
  return what === 'topic'
    ? `${topic}: there is no such topic`
    : `${topic}: ${what} is ${found}, not ${wanted}`;
}

function partitionsOf(plan: readonly PlannedTopic[], found: ReadonlyMap<string, DescribedTopic>): number {
  const raw = found.get(rawTopic);
  if (raw !== undefined) return raw.partitions;
  const counts = plan.flatMap(({ name, partitions }) => {
    const topic = found.get(name);
    return topic === undefined || partitions === 1 ? [] : [topic.partitions];
  });
  return counts.length === 0 ? (plan[0]?.partitions ?? 1) : Math.max(...counts);
}

function compare(
  planned: PlannedTopic,
  found: DescribedTopic | undefined,
  bootstrap: string,
): readonly TopicDifference[] {
  const { name } = planned;
  if (found === undefined) {
    const fix = `ballast topics create --brokers ${bootstrap} --partitions ${planned.partitions}`;
    return [{ topic: name, what: 'topic', found: 'missing', wanted: 'present', fix, isFatal: true }];
  }
  const differences: TopicDifference[] = [];
  const recreate =
    `kafka-topics.sh --bootstrap-server ${bootstrap} --delete --topic ${name}` +
    ` && ballast topics create --brokers ${bootstrap} --partitions ${planned.partitions}`;
  if (found.partitions !== planned.partitions) {
    const grow = `kafka-topics.sh --bootstrap-server ${bootstrap} --alter --topic ${name} --partitions ${planned.partitions}`;
    differences.push({
      topic: name,
      what: 'partitions',
      found: String(found.partitions),
      wanted: String(planned.partitions),
      fix: found.partitions < planned.partitions ? grow : recreate,
      isFatal: true,
    });
  }
  if (found.replication < planned.replication) {
    differences.push({
      topic: name,
      what: 'replication',
      found: String(found.replication),
      wanted: String(planned.replication),
      fix: `kafka-reassign-partitions.sh --bootstrap-server ${bootstrap} … for topic ${name}, or set kafka.replication`,
      isFatal: false,
    });
  }
  for (const [key, wanted] of Object.entries(planned.settings)) {
    const value = found.settings.get(key);
    if (value === undefined || suits(key, value, wanted)) continue;
    const alter = `kafka-configs.sh --bootstrap-server ${bootstrap} --alter --topic ${name} --add-config ${key}=${wanted}`;
    const wasCompacted = key === 'cleanup.policy' && value.includes('compact');
    differences.push({
      topic: name,
      what: key,
      found: value,
      wanted,
      // Compaction leaves holes that no setting closes again.
      fix: wasCompacted ? `${recreate}   (if nothing was compacted yet: ${alter})` : alter,
      isFatal: fatalSettings.has(key) && !(planned.kind === 'side' && key === 'cleanup.policy'),
    });
  }
  return differences;
}

function suits(key: string, found: string, wanted: string): boolean {
  if (found === wanted) return true;
  if (!atLeast.has(key) || wanted === '-1') return false;
  return found === '-1' || BigInt(found) >= BigInt(wanted);
}
