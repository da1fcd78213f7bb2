import { detectedTopic, lanes, rawTopic, refusals, topicOf, verifiedTopic } from '@ballast/document';
import type { KafkaSettings } from '@ballast/document';

/**
 * What a topic is for: `ingest` is written by others, `stage` lies between two stages, `waiting` holds
 * lanes and refusals until the mixer takes them, `side` holds snapshots and published values.
 */
export type TopicKind = 'ingest' | 'stage' | 'waiting' | 'side';

/** A topic as Ballast needs it. */
export interface PlannedTopic {
  readonly name: string;
  readonly kind: TopicKind;
  readonly partitions: number;
  readonly replication: number;
  /** Settings of the topic, in the words of the broker. */
  readonly settings: { readonly [key: string]: string };
}

/** How a pipeline lies on its brokers. */
export interface TopicLayout {
  /** Of every topic but `ballast.published`: partition p goes to partition p through every stage. */
  readonly partitions: number;
  /** Brokers in the cluster: bounds the replication where none is set. */
  readonly brokers: number;
  readonly kafka: Pick<KafkaSettings, 'replication' | 'minInsyncReplicas' | 'retentionHours'>;
  /** Ingest topics beside `documents.raw`. */
  readonly ingest?: readonly string[];
}

/** Where stages keep the snapshots that group offsets name. */
export const snapshotsTopic = 'ballast.snapshots';
/** Where values that span partitions are published. */
export const publishedTopic = 'ballast.published';

/** Largest message of every topic in bytes: a document of 8 MiB, its headers, and a batch's own. */
export const messageBytesMax = 10 * 1024 * 1024;
/** What the broker takes for "for ever" in milliseconds and bytes. */
const forever = '-1';
/** Greatest signed 64-bit integer: no timestamp is refused for lying in the future. */
const anyTime = '9223372036854775807';

/**
 * Every topic of a pipeline with its settings. No stage topic is compacted, since its contiguous
 * offsets are the loss detector; lanes and refusals never expire, since they are the waiting room.
 * Brokers stamp the time of arrival: a producer's own may be forged, and retention and lag go by it.
 */
export function planTopics(layout: TopicLayout): readonly PlannedTopic[] {
  const { kafka } = layout;
  const replication = kafka.replication ?? Math.min(3, layout.brokers);
  const common = {
    'min.insync.replicas': String(kafka.minInsyncReplicas ?? (replication >= 3 ? 2 : 1)),
    'max.message.bytes': String(messageBytesMax),
    'message.timestamp.type': 'LogAppendTime',
    'message.timestamp.after.max.ms': anyTime,
    'unclean.leader.election.enable': 'false',
  };
  const hours = { 'cleanup.policy': 'delete', 'retention.ms': String(kafka.retentionHours * 3_600_000) };
  const kept = { 'cleanup.policy': 'delete', 'retention.ms': forever, 'retention.bytes': forever };
  const plan = (kind: TopicKind, names: readonly string[], settings: PlannedTopic['settings']) =>
    names.map((name): PlannedTopic => ({
      name,
      kind,
      partitions: name === publishedTopic ? 1 : layout.partitions,
      replication,
      settings: { ...common, ...settings },
    }));
  return [
    // The broker compresses anew what others send with codecs that a reader may lack.
    ...plan('ingest', [...new Set([rawTopic, ...(layout.ingest ?? [])])], {
      ...hours,
      'compression.type': 'zstd',
    }),
    ...plan('stage', [detectedTopic, verifiedTopic], hours),
    ...plan('waiting', [...lanes, ...refusals].map(topicOf), kept),
    ...plan('side', [snapshotsTopic, publishedTopic], { 'cleanup.policy': 'compact' }),
  ];
}
