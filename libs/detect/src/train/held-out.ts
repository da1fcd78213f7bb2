import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { featureVersion, headNames } from '../model/card.ts';
import type { ModelCard } from '../model/card.ts';
import { readCorpus } from './corpus.ts';
import type { Corpus, Example } from './corpus.ts';
import { foldsOf } from './folds.ts';
import { headSettings, readRows, scoreSplit } from './head.ts';
import type { HeadTraining, Rows, Split } from './head.ts';
import { widespreadTokens } from './kept.ts';
import { learningWeights } from './learning-weights.ts';
import { crossFitted, domainQuantiles, meanOf, scoredOf, standardOf } from './measure.ts';
import { ProgressMeter } from './progress.ts';
import type { TrainProgress } from './progress.ts';

/** How to score rows by models that did not see them. */
export interface HeldOutOptions {
  /** Labelled rows (`LabelledRow`). */
  readonly rows: AsyncIterable<unknown> | Iterable<unknown>;
  /** Folder for finished fits: an interrupted run goes on after them, a repeated one takes seconds. */
  readonly cache: string;
  /** Families of generators; fold k of the second figure leaves out family k modulo their number. */
  readonly families: readonly (readonly string[])[];
  readonly seed?: number;
  readonly epochs?: number;
  /** 2^bits buckets per head, for small models. Default: those of {@link headSettings}. */
  readonly bits?: number;
  readonly onProgress?: (progress: TrainProgress) => void;
}

/** Logits per head, in the order of `headNames`; NaN where a row is not scored. */
export type HeadLogits = readonly Float64Array[];

/** Rows with the logits of models that did not see them. */
export interface HeldOut {
  readonly examples: readonly Example[];
  readonly weights: Float64Array;
  /** Fold of each row: whole domains. */
  readonly fold: Uint8Array;
  readonly foldCount: number;
  /** By models that saw nothing of the row's domain. */
  readonly domainOut: HeadLogits;
  /** By models that saw nothing of the domain nor of any generator of the row's family; one family per fold. */
  readonly generatorOut: HeadLogits;
}

/**
 * The honest scores behind every figure of the detector. A domain stays together, for a rewrite of a
 * text is no stranger to it; the second column also leaves out one family of generators everywhere.
 */
export async function scoreHeldOut(options: HeldOutOptions): Promise<HeldOut> {
  const { families, seed = 1, epochs = 12, bits } = options;
  const meter = new ProgressMeter(options.onProgress ?? (() => {}));
  meter.phase('reading rows');
  const corpus = await readCorpus(
    options.rows,
    () => false,
    () => meter.rows(1),
  );
  const { examples } = corpus;
  const folds = foldsOf(examples);
  meter.phase('choosing tokens to keep');
  const kept = widespreadTokens(examples, () => meter.rows(1));
  const learning = createHash('sha256').update(learningWeights(examples)).digest('hex');
  const columns = splitsOf(corpus, folds.of, folds.count, families);
  const scored = columns.map(() => headNames.map(() => new Float64Array(examples.length).fill(Number.NaN)));
  for (const [h, name] of headNames.entries()) {
    const settings = { ...headSettings[name], ...(bits === undefined ? {} : { bits }) };
    const training = { name, settings, corpus, folds, kept, epochs, seed, meter, signal: undefined };
    let rows: Rows | undefined;
    for (const [c, splits] of columns.entries()) {
      for (const split of splits) {
        const into = scored[c]?.[h];
        if (into === undefined) continue;
        const file = join(options.cache, `${keyOf(training, learning, split)}.f64`);
        if (await readInto(file, into, split)) continue;
        rows ??= await readRows(training);
        await scoreSplit(training, rows, split, into);
        await keep(file, into, split);
      }
    }
  }
  const [domainOut = [], generatorOut = []] = scored;
  return {
    examples,
    weights: corpus.weights,
    fold: folds.of,
    foldCount: folds.count,
    domainOut,
    generatorOut,
  };
}

/** Scores of held-out rows as the detector gives them; NaN where a row is not scored. */
export interface HeldOutScores {
  /** Mean of the standardised head logits. */
  readonly raw: Float64Array;
  /** Calibrated by length on the rows of the other folds. */
  readonly llr: Float64Array;
}

/** Combines one column's logits as training does. */
export function combine(held: HeldOut, logits: HeadLogits): HeldOutScores {
  const [first = new Float64Array()] = logits;
  const rows = [...first.keys()].filter((i) => !Number.isNaN(first[i]));
  const raw = meanOf(
    logits,
    logits.map((head) => standardOf(head, held.weights, rows)),
  );
  return { raw, llr: crossFitted(scoredOf(held, raw), { of: held.fold, count: held.foldCount }, rows) };
}

/** The part of a model card that these rows would be judged by: the domains of the others. */
export function cardWithout(
  held: HeldOut,
  { llr }: HeldOutScores,
  isOut: (row: number) => boolean,
): Pick<ModelCard, 'domains'> {
  const others = llr.map((value, i) => (isOut(i) ? Number.NaN : value));
  return { domains: domainQuantiles(held, others) };
}

type FoldSplit = Split & { readonly isScored: (example: number) => boolean };

function splitsOf(
  { examples }: Corpus,
  fold: Uint8Array,
  count: number,
  families: readonly (readonly string[])[],
): readonly (readonly FoldSplit[])[] {
  const numbers = [...Array.from({ length: count }).keys()];
  const byDomain = numbers.map((number): FoldSplit => {
    const isOut = (i: number): boolean => fold[i] === number;
    return { name: `domains ${number + 1} of ${count}`, isOut, isScored: isOut };
  });
  const byBoth = numbers.map((number): FoldSplit => {
    const family = new Set(families[number % Math.max(1, families.length)]);
    const isOfFamily = (i: number): boolean =>
      examples[i]?.isSynthetic === true && family.has(examples[i].generator);
    return {
      name: `domains and generators ${number + 1} of ${count}`,
      isOut: (i) => fold[i] === number || isOfFamily(i),
      isScored: (i) => fold[i] === number && (examples[i]?.isSynthetic !== true || isOfFamily(i)),
    };
  });
  return [byDomain, byBoth];
}

/** Everything the logits of one fit depend on, the rows left out included. */
function keyOf(
  { corpus, kept, settings, name, epochs, seed }: HeadTraining,
  learning: string,
  split: Split,
): string {
  const out = createHash('sha256');
  for (const i of corpus.examples.keys()) out.update(split.isOut(i) ? '1' : '0');
  const left = out.digest('hex');
  const inputs = [featureVersion, corpus.sha256, learning, kept, name, settings, epochs, seed, left];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 24);
}

async function readInto(file: string, into: Float64Array, { isScored }: FoldSplit): Promise<boolean> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || bytes.byteLength !== into.byteLength) return false;
  const logits = new Float64Array(Uint8Array.from(bytes).buffer);
  for (const [i, logit] of logits.entries()) if (isScored(i)) into[i] = logit;
  return true;
}

async function keep(file: string, logits: Float64Array, { isScored }: FoldSplit): Promise<void> {
  const own = logits.map((logit, i) => (isScored(i) ? logit : Number.NaN));
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(`${file}.new`, new Uint8Array(own.buffer));
  await rename(`${file}.new`, file);
}
