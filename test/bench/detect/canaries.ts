import { applyFit, plant, rowsLeftMin, sliceRates } from '@ballast/detect/evaluate';
import type { Planted } from '@ballast/detect/evaluate';
import { tau } from './cells.ts';
import { meanSd, percent } from './goal.ts';
import type { GoalLine } from './goal.ts';
import type { Source } from './held-out.ts';

/** Draws of canaries behind every mean. */
const draws = 20;

const plantings = new Map<string, Planted>();

/** Corrects a source by canaries of its own, `draw` fixing which. */
function planted(source: Source, human: number, synthetic: number, draw: number): Planted {
  const seed = `${source.name}/${human}/${synthetic}/${draw}`;
  const known = plantings.get(seed);
  if (known !== undefined) return known;
  const fresh = plant({ ...source, share: 0.5, documents: 0, canaries: { human, synthetic }, tau, seed });
  plantings.set(seed, fresh);
  return fresh;
}

/** Sources with human rows left beside so many canaries. */
function able(sources: readonly Source[], human: number): readonly Source[] {
  return sources.filter(({ source }) => source.human.length >= human + rowsLeftMin);
}

/** TPR over all sources at one threshold, with canaries of each source. */
export function canaryLines(sources: readonly Source[]): readonly GoalLine[] {
  const thirty = able(sources, 30);
  const hundred = able(sources, 100);
  return [
    { from: thirty, human: 0, synthetic: 0 },
    { from: thirty, human: 30, synthetic: 0 },
    { from: thirty, human: 30, synthetic: 30 },
    { from: hundred, human: 0, synthetic: 0 },
    { from: hundred, human: 100, synthetic: 0 },
    { from: hundred, human: 100, synthetic: 100 },
  ].map(({ from, human, synthetic }): GoalLine => {
    const each = Array.from({ length: human === 0 ? 1 : draws }, (_, draw) => {
      const pools: { readonly human: number[]; readonly synthetic: number[] } = { human: [], synthetic: [] };
      for (const source of from) {
        const { estimate, rest } = planted(source, human, synthetic, draw);
        for (const score of rest.human) pools.human.push(applyFit(estimate.fit, score));
        for (const score of rest.synthetic) pools.synthetic.push(applyFit(estimate.fit, score));
      }
      return sliceRates(pools.human, pools.synthetic, 'canaries', 0);
    });
    const [auroc, at1, at5] = [
      meanSd(each.map((one) => one.auroc.value)),
      meanSd(each.map((one) => one.tprAt1.value)),
      meanSd(each.map((one) => one.tprAt5.value)),
    ];
    const isGoal = human === 30 && synthetic === 0;
    return {
      figure: `${from.length} domains, one threshold for all, ${human} human and ${synthetic} synthetic canaries of each, mean of ${each.length} draws: AUROC / TPR @ 1 % / @ 5 %`,
      goal: isGoal ? 'TPR @ 1 % ≥ 0.66' : '',
      measured: `${auroc.mean.toFixed(3)} / ${at1.mean.toFixed(3)} (sd ${at1.sd.toFixed(3)}) / ${at5.mean.toFixed(3)}`,
      ...(isGoal ? { isMet: at1.mean >= 0.66 } : {}),
    };
  });
}

/** Realised false alarms per domain, above a line that 5 % of human text is meant to exceed. */
export function falseAlarmLines(sources: readonly Source[]): readonly GoalLine[] {
  const hundred = able(sources, 100);
  return [
    ...[0, 30, 100].map((human) => frozenLine(hundred, human)),
    ...[30, 100].map((human) => ownLine(hundred, human)),
  ];
}

/** At the corrected llr that 5 % of the other folds' human rows exceed. */
function frozenLine(sources: readonly Source[], human: number): GoalLine {
  return alarmLine(
    sources,
    human,
    'one line for all, from the other folds',
    (source, draw, { estimate, rest }) => {
      const others = sources.filter(({ fold }) => fold !== source.fold);
      const threshold = frozenThreshold(others, human, draw);
      return share(rest.human, (score) => applyFit(estimate.fit, score) > threshold);
    },
  );
}

/** At the line that status and verdicts' families know: `alarmAt5`, from the source's own canaries. */
function ownLine(sources: readonly Source[], human: number): GoalLine {
  return alarmLine(sources, human, "the source's own line (alarmAt5)", (_, __, { estimate, rest }) =>
    share(rest.human, (score) => applyFit(estimate.fit, score) > estimate.alarmAt5),
  );
}

function alarmLine(
  sources: readonly Source[],
  human: number,
  line: string,
  rateOf: (source: Source, draw: number, planted: Planted) => number,
): GoalLine {
  const count = human === 0 ? 1 : draws;
  const rates = sources.map((source) => {
    const each = Array.from({ length: count }, (_, draw) =>
      rateOf(source, draw, planted(source, human, 0, draw)),
    );
    return { name: source.name, rate: meanSd(each).mean };
  });
  const worst = rates.reduce((a, b) => (b.rate > a.rate ? b : a));
  const average = meanSd(rates.map(({ rate }) => rate)).mean;
  const isGoal = human === 100;
  return {
    figure: `false alarms at nominal 5 %, ${human} human canaries of each, ${line}, mean of ${count} draws: worst of ${rates.length} domains; average`,
    goal: isGoal ? '≤ 12 %; ≤ 6 %' : '',
    measured: `${percent(worst.rate)} (${worst.name}); ${percent(average)}`,
    ...(isGoal ? { isMet: worst.rate <= 0.12 && average <= 0.06 } : {}),
  };
}

function share(scores: readonly number[], isAbove: (score: number) => boolean): number {
  return scores.filter(isAbove).length / scores.length;
}

const thresholds = new Map<string, number>();

/** The corrected llr that 5 % of these sources' human rows exceed, every source weighing the same. */
function frozenThreshold(sources: readonly Source[], human: number, draw: number): number {
  const key = `${sources.map(({ name }) => name).join()}/${human}/${draw}`;
  const known = thresholds.get(key);
  if (known !== undefined) return known;
  const weighted = sources
    .flatMap((source) => {
      const { estimate, rest } = planted(source, human, 0, draw);
      return rest.human.map((score) => ({
        llr: applyFit(estimate.fit, score),
        weight: 1 / rest.human.length,
      }));
    })
    .toSorted((a, b) => b.llr - a.llr);
  let left = 0.05 * sources.length;
  const threshold = weighted.find(({ weight }) => (left -= weight) < 0)?.llr ?? 0;
  thresholds.set(key, threshold);
  return threshold;
}
