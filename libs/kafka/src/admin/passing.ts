import { typeOf } from './describe-topics.ts';

/** What the broker answers while a partition or a group has no leader here. */
const passingTypes: ReadonlySet<string | undefined> = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'KAFKA_STORAGE_ERROR',
  'OFFSET_NOT_AVAILABLE',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_LOAD_IN_PROGRESS',
]);

/** Errors of kafkajs for an answer that did not come, or a broker that was not there. */
const passingNames: ReadonlySet<string> = new Set([
  'KafkaJSRequestTimeoutError',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSMetadataNotLoaded',
]);

/**
 * True for a failure that passes by itself: a lost answer, a closed connection, a leader on the move. Only
 * what may be repeated without harm (reading, committing an offset) may be repeated because of it.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // kafkajs throws a plain error when the connection went before a request had its turn.
  return (
    passingTypes.has(typeOf(error)) ||
    passingNames.has(error.name) ||
    error.message === 'Broker not connected'
  );
}
