import { formatPosition, formatTopicPartition } from '@ballast/document';
import type { Position } from '@ballast/document';
import { BallastError } from './errors.ts';
import type { Checkpoint } from './ports.ts';
import { stageErrors } from './stage-errors.ts';
import type { Arrival } from './stage.ts';

/**
 * What a reader has seen of one input partition, and what it wrote because of it.
 *
 * The high-water mark belongs to the topic-partition being read, one per ingest partition (protocol
 * P3). Whoever wrote a message twice, the second copy is at or below the mark. A first copy's
 * `previous` must equal the mark: greater means loss, smaller a writer that routed differently (P4).
 */
export class Chain {
  readonly #marks: Map<string, bigint>;
  readonly #previous: Map<string, Map<string, bigint>>;

  private constructor(marks: Map<string, bigint>, previous: Map<string, Map<string, bigint>>) {
    this.#marks = marks;
    this.#previous = previous;
  }

  /** Continues from what the last ack stored, or from nothing. */
  static resume(checkpoint: Pick<Checkpoint, 'marks' | 'previous'> | undefined): Chain {
    const previous = new Map<string, Map<string, bigint>>();
    for (const [topic, offsets] of Object.entries(checkpoint?.previous ?? {}))
      previous.set(topic, toOffsets(offsets));
    return new Chain(toOffsets(checkpoint?.marks ?? {}), previous);
  }

  /**
   * True for a first copy, which moves the mark; false for a redelivery.
   * Throws BALLAST_CHAIN_LOSS or BALLAST_CHAIN_DIVERGED.
   */
  admit(arrival: Arrival): boolean {
    const ingest = formatTopicPartition(arrival.position);
    const mark = this.#marks.get(ingest);
    if (mark !== undefined && arrival.position.offset <= mark) return false;
    if (arrival.read.topic !== arrival.position.topic) assertLinked(arrival, mark);
    this.#marks.set(ingest, arrival.position.offset);
    return true;
  }

  /** The position before this one on the output topic, of the same ingest partition; remembers this one. */
  link(topic: string, position: Position): Position | undefined {
    const ingest = formatTopicPartition(position);
    const offsets = this.#previous.get(topic) ?? new Map<string, bigint>();
    const offset = offsets.get(ingest);
    offsets.set(ingest, position.offset);
    this.#previous.set(topic, offsets);
    return offset === undefined ? undefined : { ...position, offset };
  }

  /** What an ack stores. */
  marks(): Pick<Checkpoint, 'marks' | 'previous'> {
    const previous: { [topic: string]: Checkpoint['marks'] } = {};
    for (const [topic, offsets] of this.#previous) previous[topic] = fromOffsets(offsets);
    return { marks: fromOffsets(this.#marks), previous };
  }
}

function assertLinked(arrival: Arrival, mark: bigint | undefined): void {
  const previous = arrival.previous?.offset;
  if (previous === mark) return;
  const lost = previous !== undefined && (mark === undefined || previous > mark);
  throw new BallastError(
    lost ? stageErrors.chainLoss : stageErrors.chainDiverged,
    `${formatPosition(arrival.read)} holds ${formatPosition(arrival.position)}, whose predecessor there is ` +
      `${previous ?? 'none'}, but the last one seen is ${mark ?? 'none'}`,
  );
}

function toOffsets(marks: Checkpoint['marks']): Map<string, bigint> {
  return new Map(Object.entries(marks).map(([ingest, offset]) => [ingest, BigInt(offset)]));
}

function fromOffsets(offsets: ReadonlyMap<string, bigint>): Checkpoint['marks'] {
  return Object.fromEntries([...offsets].map(([ingest, offset]) => [ingest, String(offset)]));
}
