import { formatTopicPartition } from '@ballast/document';
import type { Position, TopicPartition, Verdicts } from '@ballast/document';
import type { Arrival, Checkpoint, Routed } from '@ballast/stage';

/** A message in a simulated partition. */
type Stored = Omit<Arrival, 'read'>;

/** Where a group stands: the next offset, and the name of the snapshot that belongs to it (protocol P6). */
interface Place {
  readonly offset: bigint;
  readonly snapshot: string;
}

/** Simulated topics, consumer groups and snapshots. Everything happens at once; what can fail is the way to it. */
export class Broker {
  readonly #logs = new Map<string, Stored[]>();
  readonly #places = new Map<string, Place>();
  readonly #generations = new Map<string, number>();
  readonly #snapshots = new Map<string, Checkpoint>();
  /** Counts everything that changed, so that a standstill can be told. */
  changes = 0;

  /** Appends a document to an ingest topic. */
  ingest(input: TopicPartition, document: Pick<Stored, 'value' | 'document' | 'unreadable'>): Position {
    const position = { ...input, offset: this.end(input) };
    this.#log(input).push({ ...document, position, previous: undefined, verdicts: {} });
    this.changes += 1;
    return position;
  }

  append({ topic, arrival, verdicts, previous }: Routed): void {
    const { position, value, document, unreadable } = arrival;
    const { partition } = position;
    this.#log({ topic, partition }).push({ position, value, document, unreadable, verdicts, previous });
    this.changes += 1;
  }

  /** Removes a message as if it had never been sent: a loss that nobody reported. */
  lose(input: TopicPartition, at: number): void {
    this.#log(input).splice(at, 1);
  }

  read(input: TopicPartition, offset: bigint): Arrival | undefined {
    const stored = this.#log(input)[Number(offset)];
    return stored === undefined ? undefined : { ...stored, read: { ...input, offset } };
  }

  /** Up to `count` messages from an offset on. */
  readOn(input: TopicPartition, from: bigint, count: number): readonly Arrival[] {
    const batch: Arrival[] = [];
    for (let at = from; batch.length < count; at += 1n) {
      const arrival = this.read(input, at);
      if (arrival === undefined) break;
      batch.push(arrival);
    }
    return batch;
  }

  end(input: TopicPartition): bigint {
    return BigInt(this.#log(input).length);
  }

  /** A new member takes the partition; the generation it must show when it commits. */
  join(group: string, input: TopicPartition): number {
    const key = `${group} ${formatTopicPartition(input)}`;
    const generation = (this.#generations.get(key) ?? 0) + 1;
    this.#generations.set(key, generation);
    return generation;
  }

  committed(group: string, input: TopicPartition): Place | undefined {
    return this.#places.get(`${group} ${formatTopicPartition(input)}`);
  }

  /** False when a newer member owns the partition. */
  commit(group: string, input: TopicPartition, generation: number, place: Place): boolean {
    const key = `${group} ${formatTopicPartition(input)}`;
    if (this.#generations.get(key) !== generation) return false;
    this.#places.set(key, place);
    this.changes += 1;
    return true;
  }

  putSnapshot(name: string, checkpoint: Checkpoint): void {
    this.#snapshots.set(name, checkpoint);
  }

  snapshot(name: string): Checkpoint | undefined {
    return this.#snapshots.get(name);
  }

  /** Every message of a topic's partition, for the final account. */
  all(input: TopicPartition): readonly { readonly position: Position; readonly verdicts: Verdicts }[] {
    return this.#log(input);
  }

  #log(input: TopicPartition): Stored[] {
    const key = formatTopicPartition(input);
    const known = this.#logs.get(key);
    if (known !== undefined) return known;
    const log: Stored[] = [];
    this.#logs.set(key, log);
    return log;
  }
}
