import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cardFormat, featureVersion, headNames } from '../model/card.ts';
import type { HeadName, ModelCard } from '../model/card.ts';
import { cardFile, modelFile, modelId } from '../model/folder.ts';
import { writeGraph } from '../model/graph.ts';
import { readCorpus } from './corpus.ts';
import type { Corpus, Unused } from './corpus.ts';
import { foldsOf } from './folds.ts';
import type { Folds } from './folds.ts';
import { fitsOf, headSettings, trainHead } from './head.ts';
import type { HeadSettings, TrainedHead } from './head.ts';
import { widespreadTokens } from './kept.ts';
import { learningWeights } from './learning-weights.ts';
import { leakGate } from './leaks.ts';
import { measure } from './measure.ts';
import type { Measured } from './measure.ts';
import { modelCardPaper } from './paper.ts';
import { clearPartial, readPartial, writePartial } from './partial.ts';
import { ProgressMeter } from './progress.ts';
import type { TrainProgress } from './progress.ts';

/** How to train a detector. */
export interface TrainOptions {
  /** Labelled rows (`LabelledRow`); rows that are none are counted as malformed. Read once. */
  readonly rows: AsyncIterable<unknown> | Iterable<unknown>;
  /** Folder for model.onnx, detector.json and MODEL_CARD.md; created. */
  readonly out: string;
  /** Default 1. The same rows, options and seed give the same bytes. */
  readonly seed?: number;
  /** Rows of these domains are left out, for a model that is to be measured on them. */
  readonly excludeDomains?: (domain: string) => boolean;
  /** Called at least once a second while rows advance. */
  readonly onProgress?: (progress: TrainProgress) => void;
  /** What the card says of the data, Markdown. */
  readonly description?: string;
  /** Passes over the rows. Default 12. */
  readonly epochs?: number;
  /** 2^bits buckets per head, for small models. Default: word and char 20, delex 18. */
  readonly bits?: number;
  readonly signal?: AbortSignal;
}

/** What a training run made. */
export interface TrainedDetector {
  readonly card: ModelCard;
  /** Rows not used, by reason. */
  readonly unused: Readonly<Unused>;
}

/**
 * Trains the three-headed detector and writes its folder. Refuses data whose labels a trivial feature
 * tells apart. An interrupted run leaves its finished heads in `out/.partial`; the next one with the same
 * rows and options goes on after them. Needs about 10 MB of memory per 1,000 rows of 1 kB.
 *
 * Throws BallastError BALLAST_TRAIN_DATA_TOO_SMALL or BALLAST_TRAIN_DATA_LEAKS (exit 65).
 */
export async function trainDetector(options: TrainOptions): Promise<TrainedDetector> {
  const meter = new ProgressMeter(options.onProgress ?? (() => {}));
  meter.phase('reading rows');
  const corpus = await readCorpus(options.rows, options.excludeDomains ?? (() => false), () => {
    meter.rows(1);
    options.signal?.throwIfAborted();
  });
  meter.phase('looking for leaks');
  const leaks = leakGate(corpus.examples, () => meter.rows(0));
  const folds = foldsOf(corpus.examples);
  meter.phase('choosing tokens to keep');
  const kept = widespreadTokens(corpus.examples, () => meter.rows(1));
  const heads = await trainHeads(options, corpus, folds, kept, meter);
  meter.phase('measuring');
  const measured = measure(corpus, folds, heads, () => meter.rows(0));
  const card = await writeFolder(options, { corpus, heads, kept, leaks, measured });
  await clearPartial(options.out);
  return { card, unused: corpus.unused };
}

async function trainHeads(
  options: TrainOptions,
  corpus: Corpus,
  folds: Folds,
  kept: readonly string[],
  meter: ProgressMeter,
): Promise<TrainedHead[]> {
  const { out, seed = 1, epochs = 12, bits } = options;
  const settingsOf = (name: HeadName): HeadSettings => ({
    ...headSettings[name],
    ...(bits === undefined ? {} : { bits }),
  });
  // Each fold's model sees the other folds, so together the folds cost one pass less than their number.
  const workOf = ({ cost }: HeadSettings): number =>
    cost * corpus.examples.length * (1 + epochs * (fitsOf(folds) - 1.2));
  meter.plan(headNames.reduce((sum, name) => sum + workOf(settingsOf(name)), 0));
  const heads: TrainedHead[] = [];
  const weights = createHash('sha256').update(learningWeights(corpus.examples)).digest('hex');
  for (const name of headNames) {
    const settings = settingsOf(name);
    const key = partialKey({ corpus: corpus.sha256, weights, featureVersion, kept, settings, epochs, seed });
    let head = await readPartial(out, name, key);
    if (head === undefined) {
      head = await trainHead({
        name,
        settings,
        corpus,
        folds,
        kept,
        epochs,
        seed,
        meter,
        signal: options.signal,
      });
      await writePartial(out, name, key, head);
    } else meter.credit(workOf(settings));
    heads.push(head);
  }
  return heads;
}

function partialKey(inputs: object): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}

/** Everything the card is made of. */
interface Findings {
  readonly corpus: Corpus;
  readonly heads: readonly TrainedHead[];
  readonly kept: readonly string[];
  readonly leaks: { readonly [feature: string]: number };
  readonly measured: Measured;
}

async function writeFolder(options: TrainOptions, findings: Findings): Promise<ModelCard> {
  const { corpus, heads, kept, measured } = findings;
  const headCards = heads.map(({ tables, idfScale, bias }, i) => ({
    name: tables.name,
    bits: Math.log2(tables.idf.length),
    bias,
    mean: measured.standards[i]?.mean ?? 0,
    sd: measured.standards[i]?.sd ?? 1,
    idfScale,
    kept: tables.name === 'delex' ? [...kept] : [],
  }));
  const model = writeGraph(
    headCards,
    heads.map(({ tables }) => tables),
  );
  const sources = sourcesOf(corpus);
  const card: ModelCard = {
    format: cardFormat,
    id: modelId(model),
    features: featureVersion,
    heads: headCards,
    platt: measured.platt,
    languages: ['en'],
    domains: measured.domains,
    metrics: measured.metrics,
    data: {
      description: options.description ?? 'Labelled rows given to `ballast train-detector`.',
      sha256: corpus.sha256,
      sources,
      leaks: findings.leaks,
    },
    licences: [...new Set(sources.map(({ licence }) => licence))],
    seed: options.seed ?? 1,
  };
  // The card goes last: until it names the new model, a reader refuses the folder.
  await writeWhole(options.out, modelFile, model);
  await writeWhole(options.out, 'MODEL_CARD.md', modelCardPaper(card, corpus.unused));
  await writeWhole(options.out, cardFile, `${JSON.stringify(card, undefined, 2)}\n`);
  return card;
}

async function writeWhole(folder: string, file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${file}.new`), content);
  await rename(join(folder, `${file}.new`), join(folder, file));
}

function sourcesOf({ examples }: Corpus): ModelCard['data']['sources'] {
  const groups = Map.groupBy(examples, ({ source, licence }) => JSON.stringify([source, licence]));
  return [...groups.values()].map((rows) => {
    const synthetic = rows.filter(({ isSynthetic }) => isSynthetic).length;
    return {
      source: rows[0]?.source ?? 'unknown',
      licence: rows[0]?.licence ?? 'unknown',
      human: rows.length - synthetic,
      synthetic,
    };
  });
}
