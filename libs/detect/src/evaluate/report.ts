import { sigmoid } from '../calibrate/bands.ts';
import { binOf, countInto, emptyHistogram } from '../calibrate/histogram.ts';
import { flatSharePrior, estimateShare, ratiosOf } from '../calibrate/prevalence.ts';
import { identityFit } from '../calibrate/fit.ts';
import { seeded } from '../calibrate/random.ts';
import type { Random } from '../calibrate/random.ts';
import type { ModelCard } from '../model/card.ts';
import { attack, attackNames } from '../attacks/attacks.ts';
import type { AttackName } from '../attacks/attacks.ts';
import { canonicalise } from '../canonical.ts';
import type { Scorer } from '../model/scorer.ts';
import { scoreTexts } from '../score.ts';
import { leakGate } from '../train/leaks.ts';
import { interval, sliceRates } from './rates.ts';
import type { Figure, SliceRates } from './rates.ts';
import { reliabilityOf } from './reliability.ts';
import type { Reliability } from './reliability.ts';
import { rewrittenRates } from './rewritten.ts';
import type { RewrittenRates } from './rewritten.ts';

/** A labelled document to report on. */
export interface LabelledDocument {
  /** What rewritten documents name it by. */
  readonly id?: string | undefined;
  readonly text: string;
  readonly isSynthetic: boolean;
  readonly domain: string;
  /** Data set; the leak gate looks at each by itself. */
  readonly source: string;
  /**
   * Set where it is another document rewritten, by a paraphraser for instance: the name of what was done, and
   * the `id` of the document it was done to. It counts in {@link DetectReport.rewritten} alone.
   */
  readonly rewritten?: { readonly attack: string; readonly of: string | undefined } | undefined;
}

/** Documents that the model does not judge. */
export interface Abstained {
  /** `short`, `unsupported`, `code`, or `no_score` when the model gave no number. */
  readonly reason: string;
  readonly human: number;
  readonly synthetic: number;
}

/** Realised rates of one group of documents at the frozen thresholds. */
export interface GroupRates {
  readonly group: string;
  readonly human: number;
  readonly synthetic: number;
  /** Share of human and of synthetic documents above the 1 % and the 5 % threshold; null without documents. */
  readonly fprAt1: number | null;
  readonly fprAt5: number | null;
  readonly tprAt1: number | null;
  readonly tprAt5: number | null;
  /** Calibration error of p at even odds, less what so few documents show anyway; null below 50 of a label. */
  readonly ece: number | null;
}

/** What an edit of the texts does to the rates at the frozen thresholds. */
export interface AttackRates extends Omit<GroupRates, 'group' | 'ece'> {
  readonly attack: AttackName | 'none';
}

/** EM's estimate of a planted share. */
export interface RecoveredShare {
  readonly planted: number;
  readonly estimated: Figure;
}

/** How well the detector does on labelled documents. */
export interface DetectReport {
  readonly model: string;
  readonly documents: { readonly human: number; readonly synthetic: number };
  /** By reason, most documents first. */
  readonly abstained: readonly Abstained[];
  /** llr that 1 % and 5 % of the human text of the model card's held-out domains exceeds. */
  readonly thresholds: { readonly at1: number; readonly at5: number };
  /** Undefined without judged documents of both labels. */
  readonly rates: SliceRates | undefined;
  readonly domains: readonly GroupRates[];
  readonly lengths: readonly GroupRates[];
  /** Of p at even odds, both labels weighing the same. */
  readonly reliability: Reliability;
  readonly baseRates: readonly RecoveredShare[];
  readonly attacks: readonly AttackRates[];
  /** What rewriting by others does, per name and label of the rewritten documents. */
  readonly rewritten: readonly RewrittenRates[];
}

/** What {@link reportOn} may be told. */
export interface ReportOptions {
  readonly scorer: Scorer;
  readonly documents: readonly LabelledDocument[];
  readonly batch: number;
  /** Documents of each label that are edited and scored again, spread over the input. Default 500; 0: no attacks. */
  readonly attacked?: number;
  /** Texts scored so far, of those to be scored; edited ones count. */
  readonly onProgress?: (done: number, of: number) => void;
}

interface Judged extends LabelledDocument {
  readonly llr: number;
}

/** Documents scored between two reports of progress. */
const documentsPerStep = 2_048;

/**
 * Scores labelled documents by a model as it stands, without canaries, and reports. Throws BallastError
 * BALLAST_TRAIN_DATA_LEAKS (exit 65) when a trivial feature tells the labels apart: every figure would
 * measure that feature.
 */
export async function reportOn(options: ReportOptions): Promise<DetectReport> {
  const { scorer, attacked = 500, onProgress = () => {} } = options;
  const edited = attacked === 0 ? 0 : 2 * attacked * (attackNames.length + 1);
  const total = options.documents.length + edited;
  const rewritten = options.documents.filter((document) => document.rewritten !== undefined);
  const documents = options.documents.filter((document) => document.rewritten === undefined);
  const { judged, abstained } = await judgeAll(options, documents, (done) => onProgress(done, total));
  const others = await judgeAll(options, rewritten, (done) => onProgress(documents.length + done, total));
  leakGate(judged.map((one) => ({ ...one, text: canonicalise(one.text) })));
  const [human, synthetic] = [scoresOf(judged, false), scoresOf(judged, true)];
  const thresholds = frozenThresholds(scorer.card);
  const syntheticCount = documents.filter(({ isSynthetic }) => isSynthetic).length;
  return {
    model: scorer.id,
    documents: { human: documents.length - syntheticCount, synthetic: syntheticCount },
    abstained,
    thresholds,
    rates: Math.min(human.length, synthetic.length) === 0 ? undefined : sliceRates(human, synthetic),
    domains: groupRates(judged, thresholds, ({ domain }) => domain).toSorted(
      (a, b) => (b.fprAt5 ?? -1) - (a.fprAt5 ?? -1) || (a.group < b.group ? -1 : 1),
    ),
    lengths: lengthGroups.flatMap(({ name, from, to }) =>
      groupRates(
        judged.filter(({ text }) => text.length >= from && text.length < to),
        thresholds,
        () => name,
      ),
    ),
    reliability: evenReliability(human, synthetic),
    baseRates: recoveredShares(human, synthetic),
    attacks:
      attacked === 0
        ? []
        : await attackRates(options, judged, thresholds, attacked, (done) =>
            onProgress(options.documents.length + done, total),
          ),
    rewritten: rewrittenRates(rewritten, [...judged, ...others.judged], thresholds),
  };
}

async function judgeAll(
  { scorer, batch }: ReportOptions,
  documents: readonly LabelledDocument[],
  onDone: (documents: number) => void,
): Promise<{ readonly judged: readonly Judged[]; readonly abstained: readonly Abstained[] }> {
  const judged: Judged[] = [];
  const abstained = new Map<string, { human: number; synthetic: number }>();
  for (let start = 0; start < documents.length; start += documentsPerStep) {
    const part = documents.slice(start, start + documentsPerStep);
    const scored = await scoreTexts(
      part.map(({ text }) => text),
      scorer,
      batch,
    );
    for (const [index, document] of part.entries()) {
      const one = scored[index];
      if (one?.llr !== undefined && Number.isFinite(one.llr)) judged.push({ ...document, llr: one.llr });
      else {
        const reason = one === undefined || one.route === 'english' ? 'no_score' : one.route;
        const counts = abstained.get(reason) ?? { human: 0, synthetic: 0 };
        counts[document.isSynthetic ? 'synthetic' : 'human'] += 1;
        abstained.set(reason, counts);
      }
    }
    onDone(Math.min(documents.length, start + documentsPerStep));
  }
  const reasons = [...abstained].map(([reason, counts]) => ({ reason, ...counts }));
  return { judged, abstained: reasons.toSorted((a, b) => b.human + b.synthetic - a.human - a.synthetic) };
}

function scoresOf(judged: readonly Judged[], label: boolean): readonly number[] {
  return judged.filter(({ isSynthetic }) => isSynthetic === label).map(({ llr }) => llr);
}

/**
 * The llr exceeded by 1 % and 5 % of human text over the card's held-out domains, each domain weighing the
 * same; linear between the quantiles that the card holds.
 */
export function frozenThresholds({ domains }: Pick<ModelCard, 'domains'>): { at1: number; at5: number } {
  const finest = 20;
  const points = domains
    .flatMap(({ human }) =>
      human.slice(1).flatMap((high, index) => {
        const low = human[index] ?? high;
        return Array.from({ length: finest }, (_, part) => low + ((part + 0.5) / finest) * (high - low));
      }),
    )
    .toSorted((a, b) => a - b);
  const at = (share: number): number => points[Math.floor((1 - share) * points.length)] ?? 0;
  return { at1: at(0.01), at5: at(0.05) };
}

const lengthGroups = [
  { name: 'under 400 characters', from: 0, to: 400 },
  { name: '400 to 799', from: 400, to: 800 },
  { name: '800 to 1,499', from: 800, to: 1_500 },
  { name: '1,500 and more', from: 1_500, to: Number.POSITIVE_INFINITY },
] as const;

/** Fewest documents of each label for a calibration error that says anything. */
const eceRowsMin = 50;

function groupRates(
  judged: readonly Judged[],
  thresholds: DetectReport['thresholds'],
  groupOf: (document: Judged) => string,
): readonly GroupRates[] {
  return [...Map.groupBy(judged, groupOf)].map(([group, members]) => {
    const [human, synthetic] = [scoresOf(members, false), scoresOf(members, true)];
    const isEnough = Math.min(human.length, synthetic.length) >= eceRowsMin;
    return {
      group,
      ...ratesAt(thresholds, human, synthetic),
      ece: isEnough ? evenReliability(human, synthetic).eceDebiased : null,
    };
  });
}

function ratesAt(
  { at1, at5 }: DetectReport['thresholds'],
  human: readonly number[],
  synthetic: readonly number[],
): Omit<GroupRates, 'group' | 'ece'> {
  return {
    human: human.length,
    synthetic: synthetic.length,
    fprAt1: shareAbove(human, at1),
    fprAt5: shareAbove(human, at5),
    tprAt1: shareAbove(synthetic, at1),
    tprAt5: shareAbove(synthetic, at5),
  };
}

function shareAbove(scores: readonly number[], threshold: number): number | null {
  return scores.length === 0 ? null : scores.filter((score) => score > threshold).length / scores.length;
}

/** The larger label is thinned evenly, so that p at even odds is what the labels should show. */
function evenReliability(human: readonly number[], synthetic: readonly number[]): Reliability {
  const count = Math.min(human.length, synthetic.length);
  return reliabilityOf(
    [...spread(human, count), ...spread(synthetic, count)].map(sigmoid),
    Array.from({ length: 2 * count }, (_, i) => i >= count),
  );
}

const plantedShares = [0.02, 0.1, 0.3, 0.5, 0.8] as const;

/** EM over 200 draws of 2,000 documents with a planted share; documents are drawn with replacement. */
function recoveredShares(human: readonly number[], synthetic: readonly number[]): readonly RecoveredShare[] {
  if (Math.min(human.length, synthetic.length) === 0) return [];
  const ratios = ratiosOf(identityFit);
  const random = seeded('report/base-rate');
  return plantedShares.map((planted) => {
    const found = Array.from({ length: 200 }, () =>
      estimateShare(drawn(human, synthetic, planted, random), ratios, flatSharePrior),
    );
    const value = found.reduce((sum, share) => sum + share, 0) / found.length;
    return { planted, estimated: { value, ...interval(found) } };
  });
}

function drawn(
  human: readonly number[],
  synthetic: readonly number[],
  planted: number,
  random: Random,
): Float64Array {
  const arrivals = emptyHistogram();
  for (let number = 0; number < 2_000; number += 1) {
    const from = number < planted * 2_000 ? synthetic : human;
    countInto(arrivals, binOf(from[Math.floor(random.uniform() * from.length)] ?? 0));
  }
  return arrivals;
}

async function attackRates(
  { scorer, batch }: ReportOptions,
  judged: readonly Judged[],
  thresholds: DetectReport['thresholds'],
  attacked: number,
  onDone: (texts: number) => void,
): Promise<readonly AttackRates[]> {
  const chosen = [false, true].map((label) =>
    spread(
      judged.filter(({ isSynthetic }) => isSynthetic === label),
      attacked,
    ),
  );
  const rates: AttackRates[] = [];
  for (const name of ['none', ...attackNames] as const) {
    const scores: (readonly number[])[] = [];
    for (const documents of chosen) {
      const texts = documents.map(({ text }) => (name === 'none' ? text : attack(name, text, 'report')));
      const scored = await scoreTexts(texts, scorer, batch);
      // A text that the edit pushes out of what can be judged is neither found nor a false alarm.
      scores.push(scored.map((one) => one.llr ?? Number.NEGATIVE_INFINITY));
    }
    const [human = [], synthetic = []] = scores;
    rates.push({ attack: name, ...ratesAt(thresholds, human, synthetic) });
    onDone(rates.length * 2 * attacked);
  }
  return rates;
}

/** At most `count` of them, evenly spread. */
function spread<T>(from: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, from.length / count);
  return from.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}
