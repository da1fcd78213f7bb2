import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import {
  detectedTopic,
  lanes,
  parseTopicPartition,
  rawTopic,
  refusals,
  topicOf,
  verifiedTopic,
} from '@ballast/document';
import { z } from 'zod';
import { rawClient } from './raw-topic.ts';

/** The stages by the name of their service, which is the name of their consumer group. */
export const stages = ['detector', 'verifier', 'oversampler', 'mixer'] as const;

/** One of the four stages. */
export type Stage = (typeof stages)[number];

/** Next offset per input `topic/partition`. */
export type Offsets = ReadonlyMap<string, bigint>;

/** What each stage reads. */
const inputs: { readonly [S in Stage]: readonly string[] } = {
  detector: [rawTopic],
  verifier: [detectedTopic],
  oversampler: [verifiedTopic],
  mixer: [...lanes, ...refusals].map(topicOf),
};

/**
 * How far every stage has got, seen from outside: committed group offsets of the first three, the
 * Delta log's own offsets of the mixer, and the high-water marks of what they read.
 */
export class Progress {
  readonly #bootstrap: string;
  readonly #table: string;
  readonly #read = new Set<string>();
  readonly #committed = new Map<string, bigint>();
  #admin: Admin | undefined;

  constructor(bootstrap: string, table: string) {
    this.#bootstrap = bootstrap;
    this.#table = table;
  }

  /** Next offset a stage would start from, per input. Asks until the broker answers. */
  async committed(stage: Stage): Promise<Offsets> {
    if (stage === 'mixer') return this.#tableOffsets();
    return await this.#ask(async (admin) => {
      const topics = inputs[stage].map((topic) => topic);
      const groups = await admin.fetchOffsets({ groupId: stage, topics });
      return new Map(
        groups.flatMap(({ topic, partitions }) =>
          partitions.map(({ partition, offset }) => [
            `${topic}/${partition}`,
            BigInt(offset) < 0n ? 0n : BigInt(offset),
          ]),
        ),
      );
    });
  }

  /** End of everything a stage reads, per input. */
  async ends(stage: Stage): Promise<Offsets> {
    return await this.#ask(async (admin) => {
      const all = new Map<string, bigint>();
      for (const topic of inputs[stage])
        for (const { partition, high } of await admin.fetchTopicOffsets(topic))
          all.set(`${topic}/${partition}`, BigInt(high));
      return all;
    });
  }

  /** Messages a stage has not committed yet, on all it reads or on these topics. */
  async lag(stage: Stage, topics: readonly string[] = inputs[stage]): Promise<number> {
    const [done, ends] = [await this.committed(stage), await this.ends(stage)];
    return [...ends]
      .filter(([input]) => topics.includes(parseTopicPartition(input).topic))
      .reduce((sum, [input, end]) => sum + Number(end - (done.get(input) ?? 0n)), 0);
  }

  /** Messages a stage has committed. */
  async done(stage: Stage): Promise<number> {
    return [...(await this.committed(stage)).values()].reduce((sum, offset) => sum + Number(offset), 0);
  }

  /**
   * Milliseconds from now until every partition of the stage that has something to do has made
   * committed progress. While documents flow that is every partition that has had any. Undefined when none
   * has; rejects after the time-out.
   */
  async recovery(stage: Stage, timeoutMs: number, { isFlowing = false } = {}): Promise<number | undefined> {
    const started = performance.now();
    const [before, ends] = [await this.committed(stage), await this.ends(stage)];
    const waiting = new Set(
      [...ends]
        .filter(([input, end]) => end > (isFlowing ? 0n : (before.get(input) ?? 0n)))
        .map(([input]) => input),
    );
    if (waiting.size === 0) return undefined;
    while (waiting.size > 0) {
      if (performance.now() - started > timeoutMs)
        throw new Error(`${stage} has made no progress on ${[...waiting].join(' ')} for ${timeoutMs} ms`);
      // Each look costs the broker CPU that the recovery would have.
      await delay(50);
      for (const [input, offset] of await this.committed(stage))
        if (offset > (before.get(input) ?? 0n)) waiting.delete(input);
    }
    return Math.round(performance.now() - started);
  }

  async close(): Promise<void> {
    await this.#admin?.disconnect().catch(() => undefined);
    this.#admin = undefined;
  }

  /** The admin client outlives broker restarts by being made anew. */
  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    for (const end = performance.now() + 60_000; ;) {
      try {
        if (this.#admin === undefined) {
          const admin = rawClient(this.#bootstrap, 'progress').admin({ retry: { retries: 1 } });
          await admin.connect();
          this.#admin = admin;
        }
        return await question(this.#admin);
      } catch (error) {
        await this.close();
        if (performance.now() > end) throw error;
        await delay(50);
      }
    }
  }

  #tableOffsets(): Offsets {
    for (const file of globSync('{data,refused}/_delta_log/*.json', { cwd: this.#table })) {
      if (this.#read.has(file)) continue;
      const first = readFileSync(join(this.#table, file), 'utf8').split('\n')[0] ?? '';
      const { commitInfo } = commitSchema.parse(JSON.parse(first));
      for (const [input, { to }] of Object.entries(commitInfo.ballast.offsets)) {
        const next = BigInt(to) + 1n;
        if (next > (this.#committed.get(input) ?? 0n)) this.#committed.set(input, next);
      }
      this.#read.add(file);
    }
    return new Map(this.#committed);
  }
}

const commitSchema = z.object({
  commitInfo: z.object({
    ballast: z.object({ offsets: z.record(z.string(), z.object({ to: z.string() })) }),
  }),
});
