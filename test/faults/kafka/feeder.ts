import type { Producer } from 'kafkajs';
import { rawTopic } from '@ballast/document';
import { lineOf } from './documents.ts';
import type { DocumentSet } from './documents.ts';
import { rawClient } from './raw-topic.ts';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Writes documents to the ingest topic as a careful producer does: idempotent, one partition per send,
 * one send in flight. Document n goes to partition n modulo the partitions.
 */
export class Feeder implements AsyncDisposable {
  readonly #producer: Producer;
  readonly #set: DocumentSet;
  readonly #partitions: number;
  #next = 0;

  private constructor(producer: Producer, set: DocumentSet, partitions: number) {
    [this.#producer, this.#set, this.#partitions] = [producer, set, partitions];
  }

  static async open(bootstrap: string, set: DocumentSet, partitions = 4): Promise<Feeder> {
    const producer = rawClient(bootstrap, 'feeder').producer({
      idempotent: true,
      retry: { retries: Number.MAX_SAFE_INTEGER },
    });
    await producer.connect();
    return new Feeder(producer, set, partitions);
  }

  /** The documents written so far as a set: what a check may expect. */
  get fed(): DocumentSet {
    return { ...this.#set, count: this.#next };
  }

  /** False once the whole set is written. */
  get isFeeding(): boolean {
    return this.#next < this.#set.count;
  }

  /** Writes the next `count` documents, or what is left of the set. */
  async feed(count: number): Promise<void> {
    const end = Math.min(this.#next + count, this.#set.count);
    while (this.#next < end) {
      const [from, to] = [this.#next, Math.min(this.#next + 400, end)];
      for (let partition = 0; partition < this.#partitions; partition += 1) {
        const messages = [];
        for (let index = from; index < to; index += 1)
          if (index % this.#partitions === partition)
            messages.push({ partition, value: lineOf(this.#set, index) });
        if (messages.length > 0) await this.#send(messages);
      }
      this.#next = to;
    }
  }

  /** Writes `perSecond` documents a second until the set is at its end or `stop` aborts. */
  async feedAt(perSecond: number, stop: AbortSignal): Promise<void> {
    const [started, first] = [performance.now(), this.#next];
    while (!stop.aborted && this.#next < this.#set.count) {
      const due = first + Math.floor(((performance.now() - started) * perSecond) / 1_000);
      if (due > this.#next) await this.feed(due - this.#next);
      await delay(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.disconnect();
  }

  async #send(messages: readonly { readonly partition: number; readonly value: string }[]): Promise<void> {
    for (;;) {
      try {
        await this.#producer.send({ topic: rawTopic, acks: -1, messages: [...messages] });
        return;
      } catch (error) {
        // Nothing was written (K25a); any other rejection is the case's failure.
        if (!(error instanceof Error) || error.message !== 'Broker not connected') throw error;
        await delay(50);
      }
    }
  }
}
