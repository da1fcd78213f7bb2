import { stat } from 'node:fs/promises';
import type { CanariesSnapshot } from '@ballast/dashboard';
import { calibrationName, prevalenceName } from '@ballast/detect';
import type { PublishedReader } from '@ballast/detect';
import type { Pipeline } from '@ballast/document';
import { askCanaries } from './canary-thread.ts';
import type { CanaryQuestion } from './canary-thread.ts';
import { messageOf } from './refresher.ts';
import type { Latest } from './refresher.ts';

/** It is left alone for so many times as long as it took, at most a minute: arrivals change it all the time. */
const [restFactor, restMsMax] = [4, 60_000];

/**
 * How the canaries stand, worked out again only when what it rests on has changed, and seldom: an outlook
 * tries hundreds of calibrations, which is too much for every look at a page.
 */
export class WatchedCanaries implements Disposable {
  readonly #pipeline: Pipeline;
  readonly #stop = new AbortController();
  #basis: string | undefined;
  #found: CanariesSnapshot | undefined;
  /** Not before this, on the clock of `performance.now()`. */
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  /** The status over the values published in `store`. Rejects as canaries and model do. */
  async look(store: PublishedReader): Promise<CanariesSnapshot> {
    const startedMs = performance.now();
    if (this.#found !== undefined && startedMs < this.#dueMs) return this.#found;
    const published = await publishedIn(store);
    const basis = await this.#basisOf(published);
    if (this.#found === undefined || basis !== this.#basis) {
      this.#found = await askCanaries({ pipeline: this.#pipeline, published }, this.#stop.signal);
      this.#basis = basis;
      const tookMs = performance.now() - startedMs;
      this.#dueMs = performance.now() + Math.min(restMsMax, restFactor * tookMs);
    }
    return this.#found;
  }

  /** Ends what is being worked out. */
  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  /** Versions of all published values, and the state of the canaries file. */
  async #basisOf(published: CanaryQuestion['published']): Promise<string> {
    const { canaries } = this.#pipeline.detector;
    const file = canaries === undefined ? undefined : await stat(canaries).catch(() => undefined);
    const versions = published.map(([name, { version }]) => [name, version]);
    return JSON.stringify([versions, file?.mtimeMs, file?.size]);
  }
}

/** What the page shows of the latest look, from before the first one came to an end on. */
export function canariesNow({ value, problem }: Latest<CanariesSnapshot>): CanariesSnapshot {
  if (value === undefined && problem === undefined)
    return { notes: ['Working out how the canaries stand.'], families: [] };
  const trouble = problem === undefined ? [] : [`They could not be looked at: ${messageOf(problem)}.`];
  return { notes: [...trouble, ...(value?.notes ?? [])], families: value?.families ?? [] };
}

/** The calibration, and everything that the detector publishes about arrivals: all their names begin alike. */
async function publishedIn(store: PublishedReader): Promise<CanaryQuestion['published']> {
  const names = [calibrationName, ...(await store.list(prevalenceName))];
  const values = await Promise.all(names.map(async (name) => [name, await store.read(name)] as const));
  return values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
