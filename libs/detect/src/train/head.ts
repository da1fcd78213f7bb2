import { seeded } from '../calibrate/random.ts';
import type { HeadName } from '../model/card.ts';
import { packTables } from '../model/tables.ts';
import type { HeadTables } from '../model/tables.ts';
import { dampened } from '../model/weighting.ts';
import { Bag } from '../text/bag.ts';
import { FeatureReader, keptTokens } from '../text/features.ts';
import type { Corpus } from './corpus.ts';
import { fitHead } from './fit.ts';
import type { FittedHead } from './fit.ts';
import { isValidation } from './folds.ts';
import type { Folds } from './folds.ts';
import { learningWeights } from './learning-weights.ts';
import type { ProgressMeter } from './progress.ts';
import { FeatureStore } from './store.ts';

/** Settings of one head. */
export interface HeadSettings {
  readonly bits: number;
  readonly alpha: number;
  /** Power of the number of domains a feature occurs in (`FitOptions.spread`). */
  readonly spread: number;
  /** Cost of one row relative to the word head, for the remaining time. */
  readonly cost: number;
}

/**
 * Penalties and powers as measured best on domains and sources left out: a word that few domains know is
 * a topic, while runs of characters say as much of style wherever they occur. The delexicalised head has
 * few distinct features and does with a quarter of the table.
 */
export const headSettings: { readonly [name in HeadName]: HeadSettings } = {
  word: { bits: 20, alpha: 5e-6, spread: 0.5, cost: 1 },
  char: { bits: 20, alpha: 1e-5, spread: 0, cost: 3 },
  delex: { bits: 18, alpha: 5e-6, spread: 0.5, cost: 1.4 },
};

/** Times each long example may be cropped for training; epochs take turns with the variants. */
const variantCount = 2;

/** Share of long examples that are cropped in a variant, and to what lengths, code units. */
const crop = { share: 0.4, longerThan: 500, from: 200, to: 900 } as const;

/** A head fitted on all examples, with the logits of models that did not see the example. */
export interface TrainedHead {
  readonly tables: HeadTables;
  readonly idfScale: number;
  readonly bias: number;
  /** Logit of each example by the model of the other folds. */
  readonly unseen: Float64Array;
  /** Logit of the validation examples by the model of the others; NaN elsewhere. */
  readonly validation: Float64Array;
}

/** What one head is trained with. */
export interface HeadTraining {
  readonly name: HeadName;
  readonly settings: HeadSettings;
  readonly corpus: Corpus;
  readonly folds: Folds;
  readonly kept: readonly string[];
  readonly epochs: number;
  readonly seed: number;
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal | undefined;
}

/** Fits of one head: each fold's, the validation split's and the one on everything. */
export const fitsOf = (folds: Folds): number => folds.count + 2;

/** Trains one head: once per fold, once for the validation split, once on all examples. */
export async function trainHead(training: HeadTraining): Promise<TrainedHead> {
  const { name, settings, corpus, folds, meter } = training;
  const { examples } = corpus;
  const rows = await readRows(training);
  const unseen = new Float64Array(examples.length);
  const validation = new Float64Array(examples.length).fill(Number.NaN);
  const isHeldBack = examples.map(({ id }) => isValidation(id));
  for (let fold = 0; fold < folds.count; fold += 1) {
    const isOut = (i: number): boolean => folds.of[i] === fold;
    await scoreSplit(training, rows, { name: `fold ${fold + 1} of ${folds.count}`, isOut }, unseen);
  }
  const isOut = (i: number): boolean => isHeldBack[i] === true;
  await scoreSplit(training, rows, { name: 'validation split', isOut }, validation);
  meter.phase(`${name} head, all rows`);
  const fitted = await fitOn(training, rows, [...examples.keys()]);
  const { tables, idfScale } = packTables(name, fitted.weights, fitted.idf);
  if (tables.idf.length !== 2 ** settings.bits) throw new RangeError('trainHead: the table has a wrong size');
  return { tables, idfScale, bias: fitted.bias, unseen, validation };
}

/** A part of the examples that a model learns nothing of. */
export interface Split {
  readonly name: string;
  /** Whether the example stays out of training. */
  readonly isOut: (example: number) => boolean;
  /** Whether it is scored; absent: all that stay out are. */
  readonly isScored?: (example: number) => boolean;
}

/** Fits a head on what a split leaves in, and writes the logits of what it scores to `into`. */
export async function scoreSplit(
  training: HeadTraining,
  rows: Rows,
  { name, isOut, isScored = isOut }: Split,
  into: Float64Array,
): Promise<void> {
  const { corpus, meter } = training;
  meter.phase(`${training.name} head, ${name}`);
  const all = [...corpus.examples.keys()];
  const fitted = await fitOn(
    training,
    rows,
    all.filter((i) => !isOut(i)),
  );
  for (const i of all) {
    if (isScored(i)) into[i] = logitOf(rows.store, i, fitted);
    if (i % 1024 === 0) meter.rows(0);
  }
}

/** Store rows: example i lies in row i; each variant says which row stands for it in training (a crop, or itself). */
export interface Rows {
  readonly store: FeatureStore;
  readonly variants: readonly Int32Array[];
}

/** Reads the features of every example, and of the crops that stand for it in training. */
export async function readRows(training: HeadTraining): Promise<Rows> {
  const { name, settings, corpus, kept, seed, meter, signal } = training;
  meter.phase(`${name} head, reading features`);
  const store = new FeatureStore();
  const reader = new FeatureReader(keptTokens(kept));
  const bag = new Bag();
  const keep = (text: string): number => {
    reader.read(text);
    reader.count(name, settings.bits, bag);
    return store.push(bag);
  };
  for (const [i, { text }] of corpus.examples.entries()) {
    keep(text);
    if (i % 256 === 255) await turn(meter, 256, settings.cost, signal);
  }
  const variants = Array.from({ length: variantCount }, () => new Int32Array(corpus.examples.length));
  for (const [v, rows] of variants.entries()) {
    for (const [i, { id, text }] of corpus.examples.entries()) {
      const cropped = cropOf(id, text, seed + v);
      rows[i] = cropped === text ? i : keep(cropped);
      if (i % 2048 === 2047) await turn(meter, 0, 0, signal);
    }
  }
  return { store, variants };
}

async function turn(
  meter: ProgressMeter,
  rows: number,
  cost: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  meter.rows(rows, cost);
  await new Promise(setImmediate);
  signal?.throwIfAborted();
}

/** A random window of some long texts: people judge short texts too, and the data has few. Fixed by id and seed. */
function cropOf(id: string, text: string, seed: number): string {
  if (text.length <= crop.longerThan) return text;
  const random = seeded(`crop/${seed}/${id}`);
  if (random.uniform() >= crop.share) return text;
  const length = Math.floor(crop.from + random.uniform() * (crop.to - crop.from));
  if (length >= text.length) return text;
  const start = Math.floor(random.uniform() * (text.length - length));
  return text.slice(start, start + length).trim();
}

function fitOn(training: HeadTraining, rows: Rows, chosen: readonly number[]): Promise<FittedHead> {
  const { settings, corpus, epochs, seed, meter, signal } = training;
  const all = learningWeights(corpus.examples);
  const weights = Float64Array.from(chosen, (i) => all[i] ?? 0);
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, weights.length);
  return fitHead(
    {
      store: rows.store,
      variants: rows.variants.map((variant) => Int32Array.from(chosen, (i) => variant[i] ?? 0)),
      labels: Uint8Array.from(chosen, (i) => Number(corpus.examples[i]?.isSynthetic)),
      domains: domainNumbers(corpus, chosen),
      weights: weights.map((weight) => weight / mean),
    },
    {
      bits: settings.bits,
      alpha: settings.alpha,
      spread: settings.spread,
      epochs,
      seed: `${training.name}/${seed}`,
      onRows: (count) => {
        meter.rows(count, settings.cost);
        signal?.throwIfAborted();
      },
    },
  );
}

function domainNumbers({ examples }: Corpus, chosen: readonly number[]): Uint16Array {
  const numbers = new Map<string, number>();
  return Uint16Array.from(chosen, (i) => {
    const domain = examples[i]?.domain ?? '';
    const number = numbers.get(domain) ?? numbers.size;
    numbers.set(domain, number);
    return number;
  });
}

function logitOf({ ids, counts, offsets }: FeatureStore, row: number, head: FittedHead): number {
  let [numerator, square] = [0, 0];
  const end = offsets[row + 1] ?? 0;
  for (let at = offsets[row] ?? 0; at < end; at += 1) {
    const id = ids[at] ?? 0;
    const x = (dampened[counts[at] ?? 0] ?? 0) * (head.idf[id] ?? 0);
    numerator += x * (head.weights[id] ?? 0);
    square += x * x;
  }
  return numerator / Math.max(Math.sqrt(square), 1e-12) + head.bias;
}
