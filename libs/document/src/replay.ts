import { formatPosition, parsePosition } from './position.ts';
import type { Position } from './position.ts';
import { lanes, topicOf } from './topics.ts';

/** Marks a copy that re-entered through its ingest topic, and says what it is a copy of. */
export const replayHeader = 'ballast-replay-of';

/**
 * What a replayed copy says of its origin (protocol P13). It names the document as it was first ingested:
 * a copy of a copy points to the same root, so all copies of one document form one family.
 */
export interface ReplayOf {
  /** Where the document was first ingested. */
  readonly root: Position;
  /** SHA-256 of the root's value, 64 hex digits: the header counts only with a value of this hash. */
  readonly sha256: string;
  /** The replay that wrote the copy, as its audit record is named. */
  readonly replay: string;
  /** Where the root waits or waited in a lane; absent when it was refused before it reached one. */
  readonly lane?: Position | undefined;
}

/** `ROOT SHA256 REPLAY LANE`, the lane a position or `-`. */
export function formatReplayOf({ root, sha256, replay, lane }: ReplayOf): string {
  return `${formatPosition(root)} ${sha256} ${replay} ${lane === undefined ? '-' : formatPosition(lane)}`;
}

const laneTopics: ReadonlySet<string> = new Set(lanes.map(topicOf));

/** Reads what {@link formatReplayOf} wrote; undefined for anything else, as anyone can write a header. */
export function parseReplayOf(text: string): ReplayOf | undefined {
  // 3 positions of at most 270 characters and a hash: what is longer was not written by Ballast.
  if (text.length > 1_024) return undefined;
  const match = /^(\S+) ([0-9a-f]{64}) ([A-Za-z0-9_-]{1,64}) (\S+)$/.exec(text);
  const [, rootText = '', sha256 = '', replay = '', laneText = ''] = match ?? [];
  if (match === null) return undefined;
  try {
    const root = parsePosition(rootText);
    if (laneText === '-') return { root, sha256, replay };
    const lane = parsePosition(laneText);
    // Partition p goes to partition p through every stage.
    if (!laneTopics.has(lane.topic) || lane.partition !== root.partition) return undefined;
    return { root, sha256, replay, lane };
  } catch {
    return undefined;
  }
}
