import { randomUUID } from 'node:crypto';
import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import type { Checkpoint, Delivery, ReadLimit, Source, SourceOptions } from '../ports.ts';
import { toArrival } from '../message.ts';
import { Backoff } from './backoff.ts';
import type { Groups } from './groups.ts';
import type { MessageLog } from './log.ts';

/** A source whose partitions can be paused. A paused partition that holds messages keeps the iteration alive. */
export interface PausableSource extends Source {
  /** No further delivery of the partition until it is resumed. */
  pause(topic: string, partition: number): void;
  /** Deliveries of the partition continue where they stopped. */
  resume(topic: string, partition: number): void;
}

interface Input extends TopicPartition {
  next: bigint;
  /** Set until the first delivery has carried it. */
  resume: Checkpoint | null | undefined;
  /** When an incomplete delivery was first seen, performance.now(). */
  seenAt: number | undefined;
}

/** Opens a source; partitions are claimed when the iteration starts, and take turns in it. */
export function topicSource(log: MessageLog, groups: Groups, options: SourceOptions): PausableSource {
  return new TopicSource(log, groups, options);
}

class TopicSource implements PausableSource {
  readonly #log: MessageLog;
  readonly #groups: Groups;
  readonly #options: SourceOptions;
  readonly #limit: ReadLimit;
  readonly #owner = randomUUID();
  readonly #paused = new Set<string>();
  readonly #inputs: Input[] = [];
  readonly #known = new Set<string>();
  #topicCount = -1;
  #turn = 0;

  constructor(log: MessageLog, groups: Groups, options: SourceOptions) {
    this.#log = log;
    this.#groups = groups;
    this.#options = options;
    this.#limit = options.batch ?? { documents: 256, bytes: 4 * 1024 * 1024 };
  }

  pause(topic: string, partition: number): void {
    this.#paused.add(formatTopicPartition({ topic, partition }));
  }

  resume(topic: string, partition: number): void {
    this.#paused.delete(formatTopicPartition({ topic, partition }));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Delivery, void, void> {
    const { signal } = this.#options;
    const backoff = new Backoff();
    while (!signal.aborted) {
      const over = this.#isOver();
      await this.#discover();
      const ready = this.#nextReady(over);
      if (ready !== undefined) {
        backoff.reset();
        yield this.#deliver(ready);
      } else if (over && this.#inputs.every((input) => input.next === this.#log.endOffset(input))) {
        return;
      } else {
        await backoff.wait(signal);
      }
    }
  }

  #isOver(): boolean {
    const { until } = this.#options;
    return typeof until === 'function' ? until() : until === 'end';
  }

  /** Takes over the partitions of topics that were not there before. */
  async #discover(): Promise<void> {
    const count = this.#log.topicCount();
    if (count === this.#topicCount) return;
    this.#topicCount = count;
    const { topics, partitions, group, start } = this.#options;
    const names = typeof topics === 'function' ? this.#log.topics().filter(topics) : topics;
    const fresh = names.filter((topic) => !this.#known.has(topic));
    if (fresh.length === 0) return;
    const all = partitions ?? Array.from({ length: this.#log.partitions }, (_, partition) => partition);
    const inputs = fresh.flatMap((topic) => all.map((partition) => ({ topic, partition })));
    const committed = await this.#groups.claim(group, inputs, this.#owner);
    for (const [index, input] of inputs.entries()) {
      const place = start === undefined ? committed[index] : await start(input);
      this.#inputs.push({
        ...input,
        next: place?.offset ?? 0n,
        resume: place?.checkpoint ?? null,
        seenAt: undefined,
      });
    }
    for (const topic of fresh) this.#known.add(topic);
  }

  #nextReady(over: boolean): Input | undefined {
    for (let step = 0; step < this.#inputs.length; step += 1) {
      const index = (this.#turn + step) % this.#inputs.length;
      const input = this.#inputs[index];
      if (input === undefined || this.#paused.has(formatTopicPartition(input))) continue;
      if (!this.#isReady(input, over)) continue;
      this.#turn = index + 1;
      return input;
    }
    return undefined;
  }

  #isReady(input: Input, over: boolean): boolean {
    const end = this.#log.endOffset(input);
    // Beyond the end there is no waiting: reading will report the gap.
    if (end === input.next) return false;
    const linger = this.#options.linger ?? 0;
    if (over || linger === 0 || end - input.next >= BigInt(this.#limit.documents)) return true;
    const now = performance.now();
    input.seenAt ??= now;
    return now - input.seenAt >= linger;
  }

  #deliver(input: Input): Delivery {
    const { topic, partition, resume } = input;
    const messages = this.#log.read(input, input.next, this.#limit);
    const batch = messages.map((message) => toArrival({ topic, partition }, message));
    const next = input.next + BigInt(batch.length);
    input.next = next;
    input.resume = undefined;
    input.seenAt = undefined;
    return {
      input: { topic, partition },
      ...(resume === undefined ? {} : { resume }),
      batch,
      ack: (checkpoint) =>
        this.#groups.ack(this.#options.group, { topic, partition }, this.#owner, {
          offset: next,
          checkpoint,
        }),
    };
  }
}
