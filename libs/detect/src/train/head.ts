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
import type { ProgressMeter } from './progress.ts';
import { FeatureStore } from './store.ts';

/** Settings of one head. */
export interface HeadSettings {
  readonly bits: number;
  readonly alpha: number;
  /** Cost of one row relative to the word head, for the remaining time. */
  readonly cost: number;
}

/**
 * Penalties as measured best on domains left out; the delexicalised head has few distinct features and
 * does with a quarter of the table.
 */
export const headSettings: { readonly [name in HeadName]: HeadSettings } = {
  word: { bits: 20, alpha: 5e-6, cost: 1 },
  char: { bits: 20, alpha: 1e-5, cost: 3 },
  delex: { bits: 18, alpha: 5e-6, cost: 1.4 },
};

/** Share of long examples that are cropped for training, and to what lengths, code units. */
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
  const all = [...examples.keys()];
  meter.phase(`${name} head, reading features`);
  const rows = await readRows(training);
  const unseen = new Float64Array(examples.length);
  const validation = new Float64Array(examples.length).fill(Number.NaN);
  const isHeldBack = examples.map(({ id }) => isValidation(id));
  const fitScored = async (scored: (i: number) => boolean, into: Float64Array): Promise<void> => {
    const fitted = await fitOn(
      training,
      rows,
      all.filter((i) => !scored(i)),
    );
    for (const i of all) {
      if (scored(i)) into[i] = logitOf(rows.store, i, fitted);
      if (i % 1024 === 0) meter.rows(0);
    }
  };
  for (let fold = 0; fold < folds.count; fold += 1) {
    meter.phase(`${name} head, fold ${fold + 1} of ${folds.count}`);
    await fitScored((i) => folds.of[i] === fold, unseen);
  }
  meter.phase(`${name} head, validation split`);
  await fitScored((i) => isHeldBack[i] === true, validation);
  meter.phase(`${name} head, all rows`);
  const fitted = await fitOn(training, rows, all);
  const { tables, idfScale } = packTables(name, fitted.weights, fitted.idf);
  if (tables.idf.length !== 2 ** settings.bits) throw new RangeError('trainHead: the table has a wrong size');
  return { tables, idfScale, bias: fitted.bias, unseen, validation };
}

/** Store rows: example i lies in row i; `trained` says which row stands for it in training (a crop, or itself). */
interface Rows {
  readonly store: FeatureStore;
  readonly trained: Int32Array;
}

async function readRows({ name, settings, corpus, kept, seed, meter, signal }: HeadTraining): Promise<Rows> {
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
  const trained = new Int32Array(corpus.examples.length);
  for (const [i, { id, text }] of corpus.examples.entries()) {
    const cropped = cropOf(id, text, seed);
    trained[i] = cropped === text ? i : keep(cropped);
    if (i % 2048 === 2047) await turn(meter, 0, 0, signal);
  }
  return { store, trained };
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
  const weights = Float64Array.from(chosen, (i) => corpus.weights[i] ?? 0);
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, weights.length);
  return fitHead(
    {
      store: rows.store,
      rows: Int32Array.from(chosen, (i) => rows.trained[i] ?? 0),
      labels: Uint8Array.from(chosen, (i) => Number(corpus.examples[i]?.isSynthetic)),
      weights: weights.map((weight) => weight / mean),
    },
    {
      bits: settings.bits,
      alpha: settings.alpha,
      epochs,
      seed: `${training.name}/${seed}`,
      onRows: (count) => {
        meter.rows(count, settings.cost);
        signal?.throwIfAborted();
      },
    },
  );
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
