import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { dampened } from '../model/weighting.ts';
import { seeded } from '../calibrate/random.ts';
import { shuffle } from './shuffle.ts';
import type { FeatureStore } from './store.ts';

/** Inputs of one fit. Label, domain and weight belong to the example at the same index. */
export interface FitData {
  readonly store: FeatureStore;
  /** Store rows that stand for the examples, one list per variant (another crop); epochs take turns. */
  readonly variants: readonly Int32Array[];
  /** Number of the domain, from 0. */
  readonly domains: Uint16Array;
  /** 1 = synthetic. */
  readonly labels: Uint8Array;
  /** Mean 1. */
  readonly weights: Float64Array;
}

/** How a head is fitted. */
export interface FitOptions {
  readonly bits: number;
  /** Strength of the L2 penalty. */
  readonly alpha: number;
  /** A feature's value is multiplied by the number of domains it occurs in, to this power; 0: not at all. */
  readonly spread: number;
  readonly epochs: number;
  readonly seed: string;
  /** Called now and then with the rows done since the last call. */
  readonly onRows: (rows: number) => void;
}

/** A fitted head: logit = Σ x·weight / |x| + bias with x = (1 + ln tf) · idf. */
export interface FittedHead {
  readonly weights: Float32Array;
  /** With the factor of the feature's spread; at least 1. */
  readonly idf: Float32Array;
  readonly bias: number;
}

/** Rows between two looks at the event loop. */
const rowsPerTurn = 1024;

/** Domains with fewer examples say little about how widespread a feature is. */
const domainExamplesMin = 50;

/**
 * Logistic regression by averaged stochastic gradient descent (Polyak and Ruppert), step size
 * 1 / (alpha · (t0 + t)) after Bottou's heuristic as in scikit-learn's `optimal` schedule.
 * Seeded: the same data and options give the same weights.
 */
export async function fitHead(data: FitData, options: FitOptions): Promise<FittedHead> {
  const idf = fitIdf(data, options);
  const values = unitValues(data, idf, options);
  const descent = new Descent(data, values, options);
  const order = Int32Array.from(data.labels.keys());
  const random = seeded(options.seed);
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    shuffle(order, random);
    // The first epoch's steps are far from the end point and stay out of the average.
    if (epoch === 1) descent.startAverage();
    for (let from = 0; from < order.length; from += rowsPerTurn) {
      const part = order.subarray(from, from + rowsPerTurn);
      descent.run(part, rowsOf(data, epoch));
      options.onRows(part.length);
      await yieldToLoop();
    }
  }
  return { ...descent.average(), idf };
}

/** The rows of one epoch. */
function rowsOf({ variants }: FitData, epoch: number): Int32Array {
  return variants[epoch % variants.length] ?? new Int32Array(0);
}

/**
 * idf = (ln((1 + n) / (1 + df)) + 1) · d^spread over the rows of the fit, d the number of large domains that
 * have the feature (at least 1). What one domain alone has is its topic; what all have is style. Only the
 * proportions count, for rows are brought to unit length.
 */
function fitIdf(data: FitData, { bits, spread, onRows }: FitOptions): Float32Array {
  const { store } = data;
  const rows = rowsOf(data, 0);
  const frequency = new Float64Array(2 ** bits);
  const domains = new Uint16Array(2 ** bits);
  const seenIn = new Uint16Array(2 ** bits);
  for (const [at, { place, domain }] of byDomain(data).entries()) {
    if (at % rowsPerTurn === 0) onRows(0);
    const row = rows[place] ?? 0;
    const end = store.offsets[row + 1] ?? 0;
    for (let i = store.offsets[row] ?? 0; i < end; i += 1) {
      const id = store.ids[i] ?? 0;
      frequency[id] = (frequency[id] ?? 0) + 1;
      if (domain === 0 || seenIn[id] === domain) continue;
      seenIn[id] = domain;
      domains[id] = (domains[id] ?? 0) + 1;
    }
  }
  return Float32Array.from(
    frequency,
    (df, id) => (Math.log((1 + rows.length) / (1 + df)) + 1) * Math.max(1, domains[id] ?? 0) ** spread,
  );
}

/** The examples domain after domain; the domain is counted from 1, and 0 where it has too few examples. */
function byDomain({ domains }: FitData): readonly { readonly place: number; readonly domain: number }[] {
  const sizes = new Map<number, number>();
  for (const domain of domains) sizes.set(domain, (sizes.get(domain) ?? 0) + 1);
  return Array.from(domains, (domain, place) => ({
    place,
    domain: (sizes.get(domain) ?? 0) >= domainExamplesMin ? domain + 1 : 0,
  })).toSorted((a, b) => a.domain - b.domain || a.place - b.place);
}

/** The unit-length feature values of the fit's rows, at the same places as the ids in the store. */
function unitValues({ store, variants }: FitData, idf: Float32Array, { onRows }: FitOptions): Float32Array {
  const values = store.values();
  const rows = new Set(variants.flatMap((variant) => [...variant]));
  let done = 0;
  for (const row of rows) {
    if (done % rowsPerTurn === 0) onRows(0);
    done += 1;
    const start = store.offsets[row] ?? 0;
    const end = store.offsets[row + 1] ?? 0;
    let sum = 0;
    for (let i = start; i < end; i += 1) {
      const x = (dampened[store.counts[i] ?? 0] ?? 0) * (idf[store.ids[i] ?? 0] ?? 0);
      values[i] = x;
      sum += x * x;
    }
    const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let i = start; i < end; i += 1) values[i] = (values[i] ?? 0) * scale;
  }
  return values;
}

/**
 * The weights are scale · v, so that the penalty costs one multiplication per row. The average of
 * all w after t0 is (v·S − u) / n with S = Σ scale and u = Σ step · S(at that step): the sum needs
 * a second number only where a row touches (v and u lie side by side in `pairs`).
 */
class Descent {
  readonly #data: FitData;
  readonly #values: Float32Array;
  readonly #alpha: number;
  readonly #pairs: Float32Array;
  readonly #t0: number;
  #t = 0;
  #scale = 1;
  #scaleSum = 0;
  #steps = 0;
  #bias = 0;
  #biasSum = 0;

  constructor(data: FitData, values: Float32Array, { bits, alpha }: FitOptions) {
    this.#data = data;
    this.#values = values;
    this.#alpha = alpha;
    this.#pairs = new Float32Array(2 ** (bits + 1));
    // First step 1/sqrt(sqrt(alpha)): the typical weight over the largest slope of the loss.
    this.#t0 = 1 / (alpha * Math.sqrt(1 / Math.sqrt(alpha)));
  }

  run(part: Int32Array, rows: Int32Array): void {
    const { labels, weights } = this.#data;
    for (const at of part) this.#learn(rows[at] ?? 0, labels[at] ?? 0, weights[at] ?? 0);
  }

  #learn(row: number, label: number, weight: number): void {
    const { ids, offsets } = this.#data.store;
    const values = this.#values;
    const pairs = this.#pairs;
    const start = offsets[row] ?? 0;
    const end = offsets[row + 1] ?? 0;
    let sum = 0;
    for (let i = start; i < end; i += 1)
      sum += (pairs[2 * (ids[i] as number)] as number) * (values[i] as number);
    const logit = sum * this.#scale + this.#bias;
    const rate = 1 / (this.#alpha * (this.#t0 + this.#t));
    const slope = weight * (1 / (1 + Math.exp(-logit)) - label);
    this.#scale *= 1 - rate * this.#alpha;
    const step = (-rate * slope) / this.#scale;
    const seen = this.#scaleSum;
    for (let i = start; i < end; i += 1) {
      const at = 2 * (ids[i] as number);
      const change = step * (values[i] as number);
      pairs[at] = (pairs[at] as number) + change;
      pairs[at + 1] = (pairs[at + 1] as number) + change * seen;
    }
    // The bias has no penalty; a hundredth of the step keeps it from following single rows.
    this.#bias -= 0.01 * rate * slope;
    this.#t += 1;
    this.#scaleSum += this.#scale;
    this.#biasSum += this.#bias;
    this.#steps += 1;
  }

  startAverage(): void {
    const pairs = this.#pairs;
    for (let at = 0; at < pairs.length; at += 2) {
      pairs[at] = (pairs[at] ?? 0) * this.#scale;
      pairs[at + 1] = 0;
    }
    this.#scale = 1;
    this.#scaleSum = 0;
    this.#biasSum = 0;
    this.#steps = 0;
  }

  average(): { weights: Float32Array; bias: number } {
    const pairs = this.#pairs;
    const steps = Math.max(1, this.#steps);
    const weights = new Float32Array(pairs.length / 2);
    for (let i = 0; i < weights.length; i += 1) {
      weights[i] = ((pairs[2 * i] ?? 0) * this.#scaleSum - (pairs[2 * i + 1] ?? 0)) / steps;
    }
    return { weights, bias: this.#biasSum / steps };
  }
}
