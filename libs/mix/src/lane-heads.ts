import { formatPosition, formatTopicPartition, topicOf } from '@ballast/document';
import type { Lane, Position } from '@ballast/document';
import { BallastError, Chain } from '@ballast/stage';
import type { Arrival, LaneReader } from '@ballast/stage';
import type { Consumed } from './consumed.ts';
import { Copies } from './copies.ts';
import type { KeptCopies } from './copies.ts';
import { mixErrors } from './errors.ts';
import { superseded, tooLong, weigh } from './row.ts';
import type { Candidate, Head } from './row.ts';

/** What the lanes are read with. */
export interface LaneHeadsOptions {
  readonly lanes: LaneReader;
  /** Next offset to read per lane partition. */
  readonly start: ReadonlyMap<string, bigint>;
  /** High-water marks of the last commit. */
  readonly marks: Consumed['marks'];
  /** True for what an earlier commit already deferred. */
  readonly isDeferred?: (read: Position) => boolean;
  /** Replayed copies in the table. */
  readonly keptCopies?: KeptCopies;
}

/** One message taken from a lane, with what it takes to give it back. */
export interface Reading {
  readonly candidate: Candidate;
  readonly input: string;
  readonly ingest: string;
  readonly markBefore: bigint | undefined;
}

/**
 * The lanes as the mixer reads them: redeliveries passed over, the chain checked (protocol P3, P4),
 * and for every lane partition the contiguous range read since the last commit.
 */
export class LaneHeads {
  readonly #lanes: LaneReader;
  readonly #isDeferred: (read: Position) => boolean;
  readonly #marks = new Map<string, Map<string, bigint>>();
  readonly #from: Map<string, bigint>;
  readonly #next: Map<string, bigint>;
  readonly #heads = new Map<Lane, Candidate>();
  readonly #copies: Copies;

  constructor({ lanes, start, marks, isDeferred = () => false, keptCopies }: LaneHeadsOptions) {
    this.#lanes = lanes;
    this.#isDeferred = isDeferred;
    this.#from = new Map(start);
    this.#next = new Map(start);
    this.#copies = new Copies({
      isDeferred,
      ...(keptCopies === undefined ? {} : { keptCopies }),
      committed: (input) => this.#from.get(input) ?? 0n,
      read: (input) => this.#next.get(input) ?? 0n,
    });
    for (const [input, offsets] of Object.entries(marks)) {
      const entries = Object.entries(offsets).map(([ingest, mark]) => [ingest, BigInt(mark)] as const);
      this.#marks.set(input, new Map(entries));
    }
  }

  /**
   * What lies next in the lane. Throws BALLAST_CHAIN_LOSS, BALLAST_CHAIN_DIVERGED or
   * BALLAST_MIX_GAP when the lane cannot be trusted.
   */
  peek(lane: Lane): Head | undefined {
    for (;;) {
      const arrival = this.#lanes.head(topicOf(lane));
      if (arrival === undefined) return undefined;
      const known = this.#heads.get(lane);
      if (known !== undefined && isSameCopy(known.arrival, arrival)) return known;
      this.#assertContiguous(arrival);
      if (!this.#isRedelivery(arrival)) {
        const head = this.#weigh(arrival, lane);
        // Held is a matter of the moment; everything else stays what it is until a copy is taken.
        if (head.kind !== 'held') this.#heads.set(lane, head);
        return head;
      }
      this.#lanes.take(topicOf(lane));
      this.#advance(arrival);
    }
  }

  /** Consumes what {@link peek} showed and moves the mark, in the order of reading; `as`: what becomes of it. */
  take(candidate: Candidate, as: Candidate = candidate): Reading {
    const arrival = this.#lanes.take(topicOf(candidate.lane));
    if (!isSameCopy(arrival, candidate.arrival)) {
      throw new BallastError(
        mixErrors.headMoved,
        `LaneHeads.take: the head of ${candidate.lane} was ${formatPosition(candidate.arrival.read)} and became ${formatPosition(arrival.read)}`,
      );
    }
    this.#heads.delete(candidate.lane);
    const input = formatTopicPartition(arrival.read);
    const ingest = formatTopicPartition(arrival.position);
    const marks = this.#marks.get(input) ?? new Map<string, bigint>();
    const markBefore = marks.get(ingest);
    marks.set(ingest, arrival.position.offset);
    this.#marks.set(input, marks);
    this.#advance(arrival);
    this.#copies.enter(as);
    // Its own copies at the other heads must be looked at again.
    for (const [other, head] of this.#heads)
      if (arrival.replayOf !== undefined || head.arrival.replayOf !== undefined) this.#heads.delete(other);
    return { candidate: as, input, ingest, markBefore };
  }

  /** Gives readings back to their lanes; they must be the latest of their partitions, oldest first. */
  giveBack(readings: readonly Reading[]): void {
    const rewound = new Map<string, bigint>();
    for (const { candidate, input, ingest, markBefore } of readings.toReversed()) {
      const { read } = candidate.arrival;
      if (markBefore === undefined) this.#marks.get(input)?.delete(ingest);
      else this.#marks.get(input)?.set(ingest, markBefore);
      this.#next.set(input, read.offset);
      rewound.set(input, read.offset);
      this.#heads.delete(candidate.lane);
      this.#copies.withdraw(candidate);
    }
    if (rewound.size > 0) this.#lanes.rewind(rewound);
  }

  /** True when something was read since the last {@link settle}, were it redeliveries alone. */
  get hasRead(): boolean {
    return [...this.#next].some(([input, next]) => next > (this.#from.get(input) ?? 0n));
  }

  /** What was read since the last {@link settle}. */
  consumed(): Pick<Consumed, 'offsets' | 'marks'> {
    const offsets: { [lane: string]: { from: string; to: string } } = {};
    for (const [input, next] of this.#next) {
      const from = this.#from.get(input) ?? 0n;
      if (next > from) offsets[input] = { from: String(from), to: String(next - 1n) };
    }
    const marks: { [lane: string]: { readonly [ingest: string]: string } } = {};
    for (const [input, entries] of this.#marks) {
      marks[input] = Object.fromEntries([...entries].map(([ingest, mark]) => [ingest, String(mark)]));
    }
    return { offsets, marks };
  }

  /** What was read so far belongs to a commit: the next range starts after it. Nothing is peeked at until then. */
  settle(): void {
    for (const [input, next] of this.#next) this.#from.set(input, next);
    this.#copies.settle();
  }

  #weigh(arrival: Arrival, lane: Lane): Head {
    if (this.#isDeferred(arrival.read)) return tooLong(arrival, lane);
    const other = this.#copies.otherOf(arrival);
    if (other === 'kept') return superseded(arrival, lane);
    return other === 'open' ? { kind: 'held', lane } : weigh(arrival, lane);
  }

  /** True for a copy at or below the mark; otherwise the chain must fit, or it throws. */
  #isRedelivery(arrival: Arrival): boolean {
    const input = formatTopicPartition(arrival.read);
    const ingest = formatTopicPartition(arrival.position);
    const mark = this.#marks.get(input)?.get(ingest);
    const marks = mark === undefined ? {} : { [ingest]: String(mark) };
    return !Chain.resume({ marks, previous: {} }).admit(arrival);
  }

  #assertContiguous({ read }: Arrival): void {
    const next = this.#next.get(formatTopicPartition(read));
    if (next === undefined || next === read.offset) return;
    throw new BallastError(
      mixErrors.gap,
      `LaneHeads.peek: ${formatPosition(read)} follows where offset ${next} was expected`,
    );
  }

  #advance({ read }: Arrival): void {
    const input = formatTopicPartition(read);
    if (!this.#from.has(input)) this.#from.set(input, read.offset);
    this.#next.set(input, read.offset + 1n);
  }
}

function isSameCopy(one: Arrival, other: Arrival): boolean {
  return one.read.partition === other.read.partition && one.read.offset === other.read.offset;
}
