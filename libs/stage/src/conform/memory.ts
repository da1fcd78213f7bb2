import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import type { Checkpoint, Delivery, Routed, Sink, Source } from '../ports.ts';
import type { Arrival } from '../stage.ts';

/** A source over arrays: each inner array is one delivery. Keeps what was acked. */
export class MemorySource implements Source {
  readonly acked: { readonly input: TopicPartition; readonly checkpoint: Checkpoint }[] = [];
  readonly #batches: readonly (readonly Arrival[])[];
  readonly #resume: Checkpoint | null;

  /** @param batches Deliveries in order; each must be of one input partition. @param resume Checkpoint the first delivery of each partition carries. */
  constructor(batches: readonly (readonly Arrival[])[], resume: Checkpoint | null = null) {
    this.#batches = batches;
    this.#resume = resume;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Delivery> {
    const seen = new Set<string>();
    for (const batch of this.#batches) {
      const first = batch[0];
      if (first === undefined) continue;
      const input = { topic: first.read.topic, partition: first.read.partition };
      const ack = async (checkpoint: Checkpoint): Promise<void> => {
        this.acked.push({ input, checkpoint });
      };
      const known = seen.has(formatTopicPartition(input));
      seen.add(formatTopicPartition(input));
      yield known ? { input, batch, ack } : { input, batch, ack, resume: this.#resume };
    }
  }
}

/** A sink that keeps what it was given, in order. */
export class MemorySink implements Sink {
  readonly written: Routed[] = [];

  async write(routed: readonly Routed[]): Promise<void> {
    this.written.push(...routed);
  }
}
