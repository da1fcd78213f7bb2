import type { DashboardSnapshot } from '@ballast/dashboard';
import type { Traffic } from './traffic.ts';

/** Turns what was ever written to topics into documents per second, from one measurement to the next. */
export class TopicRates {
  #before: ReadonlyMap<string, number> | undefined;
  #beforeMs = 0;
  #measured: Traffic['topics'] | undefined;
  #rows: DashboardSnapshot['topics'] = [];

  /** Rows of a measurement; the same measurement gives the same rows again. */
  rows(topics: Traffic['topics'], nowMs: number = performance.now()): DashboardSnapshot['topics'] {
    if (topics === this.#measured) return this.#rows;
    const seconds = Math.max(0.001, (nowMs - this.#beforeMs) / 1_000);
    this.#rows = topics.map(({ topic, end, lag }) => {
      const before = this.#before?.get(topic);
      // The first sight of a topic says nothing about its rate.
      return { topic, end, lag, perSecond: before === undefined ? 0 : Math.max(0, end - before) / seconds };
    });
    this.#before = new Map(topics.map(({ topic, end }) => [topic, end]));
    this.#beforeMs = nowMs;
    this.#measured = topics;
    return this.#rows;
  }
}
