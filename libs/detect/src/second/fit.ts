import { BallastError } from '@ballast/stage';
import { sigmoid } from '../calibrate/bands.ts';
import { sliceRates } from '../evaluate/rates.ts';
import type { SliceRates } from '../evaluate/rates.ts';
import type { Scorer } from '../model/scorer.ts';
import { scoreTexts } from '../score.ts';
import { readCorpus } from '../train/corpus.ts';
import type { Corpus, Unused } from '../train/corpus.ts';
import { trainErrors } from '../train/errors.ts';
import { foldsOf } from '../train/folds.ts';
import type { Folds } from '../train/folds.ts';
import { leakGate } from '../train/leaks.ts';
import { domainQuantiles } from '../train/measure.ts';
import { calibrationError } from '../train/metrics.ts';
import { calibrationOf, crossCalibrated } from './calibration.ts';
import type { BothScores } from './calibration.ts';
import { isUncertain } from './combine.ts';
import { readSecondFolder } from './folder.ts';
import { openPool } from './open.ts';
import type { SecondOptions } from './open.ts';
import { ScoredTexts } from './scored-texts.ts';
import type { Sidecar } from './sidecar.ts';

/** What a second stage is fitted with. */
export interface FitSecondOptions {
  /** The first stage alone. */
  readonly first: Scorer;
  /** The `detector.second` part of pipeline.yaml. */
  readonly second: SecondOptions;
  /** Labelled rows (`LabelledRow`) that neither model has learnt from. */
  readonly rows: AsyncIterable<unknown> | Iterable<unknown>;
  /** Texts that the first stage scores at once. */
  readonly batch: number;
  /** Where the classifier's scores are kept until the fit is done; an interrupted run goes on after them. */
  readonly partial?: string | undefined;
  readonly onProgress?: (phase: 'reading' | 'first stage' | 'second stage', done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/** How well llr tells the labels apart, and how far it is off as a probability. */
export interface FitRates extends SliceRates {
  /** Calibration error of p at even odds, 15 bins, labels of a domain and domains weighing alike. */
  readonly ece: number;
}

/** What a fit came to. */
export interface SecondFit {
  /** The whole `detector.json`: as it was, with `standard`, `platt` and `domains` as fitted. */
  readonly sidecar: Sidecar;
  /** Rows that can be judged, and those among them that the classifier was asked about. */
  readonly judged: Counts;
  readonly asked: Counts;
  /** Rows asked about that got no number; they count nowhere. */
  readonly unanswered: number;
  /** Rows not used, by reason. */
  readonly unused: Readonly<Unused>;
  /** `domain`: a domain is measured by a calibration that did not see it; `id` where there is only one. */
  readonly folds: Folds['by'];
  /** Of the same rows: the first stage alone, and both together. */
  readonly first: FitRates;
  readonly both: FitRates;
}

/** Rows of each label. */
export interface Counts {
  readonly human: number;
  readonly synthetic: number;
}

/** Fewest uncertain rows of each label. */
const askedMin = 100;

/** Texts between two reports of progress, and between two writes of what is kept. */
const textsPerStep = 256;

/**
 * Fits how a user's classifier goes together with the first stage to labelled text: the numbers by which both
 * are standardised, the calibration of their mean by length, and the quantiles of held-out domains from which
 * the fit of a source begins. The rates are of domains that the calibration had not seen.
 *
 * Throws BALLAST_TRAIN_DATA_TOO_SMALL or BALLAST_TRAIN_DATA_LEAKS (exit 65) for the data and
 * BALLAST_DETECT_SECOND_* (exit 78) for the folder.
 */
export async function fitSecond(options: FitSecondOptions): Promise<SecondFit> {
  const { id, sidecar } = await readSecondFolder(options.second.model);
  let read = 0;
  const corpus = await readCorpus(
    options.rows,
    () => false,
    () => options.onProgress?.('reading', (read += 1), 0),
  );
  leakGate(corpus.examples);
  const scores = await ScoredTexts.open(options.partial, id);
  const both = await scoreBoth(options, corpus, scores);
  const isAnswered = (i: number): boolean => both.isUncertain[i] !== true || !Number.isNaN(both.second[i]);
  const all = [...corpus.examples.keys()].filter((i) => !Number.isNaN(both.first[i]));
  const asked = all.filter((i) => both.isUncertain[i] === true);
  const counts = countsOf(
    corpus,
    asked.filter((i) => !Number.isNaN(both.second[i])),
  );
  if (Math.min(counts.human, counts.synthetic) < askedMin) {
    const found = `${counts.human} human and ${counts.synthetic} synthetic rows lie in the band ${options.second.band.join(' to ')} and got an answer`;
    throw new BallastError(trainErrors.tooSmall, `${found}; ${askedMin} of each are needed`);
  }
  const folds = foldsOf(corpus.examples);
  const llr = crossCalibrated(both, folds, sidecar.share);
  const rows = all.filter((i) => isAnswered(i) && Number.isFinite(llr[i]));
  const fit: SecondFit = {
    sidecar: {
      ...sidecar,
      ...calibrationOf(both, [...corpus.examples.keys()], sidecar.share),
      domains: domainQuantiles(corpus, llr),
    },
    judged: countsOf(corpus, all),
    asked: countsOf(corpus, asked),
    unanswered: asked.length - counts.human - counts.synthetic,
    unused: corpus.unused,
    folds: folds.by,
    first: ratesOf(corpus, both.first, rows),
    both: ratesOf(corpus, llr, rows),
  };
  await scores.done();
  return fit;
}

async function scoreBoth(
  options: FitSecondOptions,
  corpus: Corpus,
  scores: ScoredTexts,
): Promise<BothScores> {
  const { first: scorer, second: settings, batch, onProgress, signal } = options;
  const { examples, weights } = corpus;
  const first = new Float64Array(examples.length).fill(Number.NaN);
  for (let from = 0; from < examples.length; from += textsPerStep) {
    const texts = examples.slice(from, from + textsPerStep).map(({ text }) => text);
    const scored = await scoreTexts(texts, scorer, batch, signal);
    for (const [at, { llr }] of scored.entries()) first[from + at] = llr ?? Number.NaN;
    onProgress?.('first stage', Math.min(from + textsPerStep, examples.length), examples.length);
  }
  const uncertain = examples.map((_, i) => isUncertain(first[i] ?? Number.NaN, settings.band));
  const wanted = examples.filter((_, i) => uncertain[i] === true).map(({ text }) => text);
  await askAll(options, wanted, scores);
  const second = examples.map(({ text }, i) =>
    uncertain[i] === true ? (scores.of(text) ?? Number.NaN) : Number.NaN,
  );
  return { examples, weights, first, second: Float64Array.from(second), isUncertain: uncertain };
}

async function askAll(
  { second: settings, onProgress, signal }: FitSecondOptions,
  texts: readonly string[],
  scores: ScoredTexts,
): Promise<void> {
  const open = [...new Set(texts)].filter((text) => scores.of(text) === undefined);
  const known = texts.length - open.length;
  if (open.length === 0) return;
  const pool = await openPool(settings);
  try {
    for (let from = 0; from < open.length; from += textsPerStep) {
      const part = open.slice(from, from + textsPerStep);
      const answers = await pool.score(part, signal);
      await scores.add(
        part.flatMap((text, at) => {
          const answer = answers[at];
          return answer !== undefined && 'logOdds' in answer && Number.isFinite(answer.logOdds)
            ? [{ text, logOdds: answer.logOdds }]
            : [];
        }),
      );
      onProgress?.('second stage', known + from + part.length, texts.length);
    }
  } finally {
    await pool.close();
  }
}

function countsOf({ examples }: Corpus, rows: readonly number[]): Counts {
  const synthetic = rows.filter((i) => examples[i]?.isSynthetic === true).length;
  return { human: rows.length - synthetic, synthetic };
}

function ratesOf({ examples, weights }: Corpus, llr: Float64Array, rows: readonly number[]): FitRates {
  const of = (label: boolean): readonly number[] =>
    rows.filter((i) => examples[i]?.isSynthetic === label).map((i) => llr[i] ?? 0);
  return {
    ...sliceRates(of(false), of(true), 'fit-second'),
    ece: calibrationError(
      Float64Array.from(rows, (i) => sigmoid(llr[i] ?? 0)),
      rows.map((i) => examples[i]?.isSynthetic === true),
      Float64Array.from(rows, (i) => weights[i] ?? 0),
    ),
  };
}
