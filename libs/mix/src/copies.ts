import { formatPosition, formatTopicPartition } from '@ballast/document';
import type { Position } from '@ballast/document';
import { sha256OfValue } from '@ballast/stage';
import type { Arrival } from '@ballast/stage';
import type { Candidate } from './row.ts';

/** SHA-256 of the values of the replayed copies of `root` that the table holds; empty for none. */
export type KeptCopies = (root: Position) => readonly string[];

/** What {@link Copies} asks about the table and the lanes. */
export interface CopiesOptions {
  /** True for a lane position that the table holds as refused. */
  readonly isDeferred: (read: Position) => boolean;
  readonly keptCopies?: KeptCopies;
  /** First offset of the lane `topic/partition` that no commit has consumed. */
  readonly committed: (input: string) => bigint;
  /** First offset of the lane that was not read yet. */
  readonly read: (input: string) => bigint;
}

/**
 * Of several copies of a replayed document one is kept (protocol P13 to P15). A copy is superseded only by
 * one that the log holds as kept; by one that lies in the open shard it is only held, because that shard may
 * never be committed. The root's own bytes are hashed before a copy counts against it, so a header that
 * names the hash of some other text supersedes nothing.
 */
export class Copies {
  readonly #options: CopiesOptions;
  /** Replayed copies in the open shard: root → hashes of their values. */
  readonly #open = new Map<string, Set<string>>();

  constructor(options: CopiesOptions) {
    this.#options = options;
  }

  /** Where another copy of the same document lies: in the table, in the open shard, or in neither. */
  otherOf(arrival: Arrival): 'kept' | 'open' | undefined {
    const { replayOf } = arrival;
    if (replayOf === undefined) return this.#copyOfRoot(arrival);
    const { root, sha256, lane } = replayOf;
    if (this.#options.keptCopies?.(root).includes(sha256) === true) return 'kept';
    const ofRoot = lane === undefined ? undefined : this.#rootAt(lane);
    if (ofRoot !== undefined) return ofRoot;
    return this.#open.get(formatPosition(root))?.has(sha256) === true ? 'open' : undefined;
  }

  /** Counts what was taken into the open shard. */
  enter({ kind, arrival }: Candidate): void {
    if (kind === 'outcast' || arrival.replayOf === undefined) return;
    const root = formatPosition(arrival.replayOf.root);
    const hashes = this.#open.get(root) ?? new Set<string>();
    this.#open.set(root, hashes.add(arrival.replayOf.sha256));
  }

  /** Takes back what {@link enter} counted. */
  withdraw({ kind, arrival }: Candidate): void {
    if (kind === 'outcast' || arrival.replayOf === undefined) return;
    this.#open.get(formatPosition(arrival.replayOf.root))?.delete(arrival.replayOf.sha256);
  }

  /** The open shard goes to the table, which answers for it from now on. */
  settle(): void {
    this.#open.clear();
  }

  #copyOfRoot({ position, value }: Arrival): 'kept' | 'open' | undefined {
    const kept = this.#options.keptCopies?.(position) ?? [];
    const open = this.#open.size === 0 ? undefined : this.#open.get(formatPosition(position));
    if (kept.length === 0 && (open === undefined || open.size === 0)) return undefined;
    const sha256 = sha256OfValue(value);
    if (kept.includes(sha256)) return 'kept';
    return open?.has(sha256) === true ? 'open' : undefined;
  }

  /** A lane offset that was consumed became a row, unless the table holds it as refused. */
  #rootAt(lane: Position): 'kept' | 'open' | undefined {
    const input = formatTopicPartition(lane);
    const { committed, read, isDeferred } = this.#options;
    if (lane.offset >= read(input) || isDeferred(lane)) return undefined;
    return lane.offset < committed(input) ? 'kept' : 'open';
  }
}
