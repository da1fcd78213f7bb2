import { sliceRates } from '@ballast/detect/evaluate';
import type { HeldOut, HeldOutScores } from '@ballast/detect/train';
import { meanSd, withInterval } from './goal.ts';
import type { GoalLine } from './goal.ts';
import type { Scored } from './held-out.ts';

/** AUROC and TPR of rows whose domain, and then whose generator too, no model had seen. */
export function foldLines({ held, domainOut, generatorOut }: Scored): readonly GoalLine[] {
  const lines: GoalLine[] = [];
  for (const [name, scores] of [
    ['domains', domainOut],
    ['domains and generators', generatorOut],
  ] as const) {
    for (const shortest of [400, 0]) {
      const mean = meanOfFolds(held, scores, shortest);
      const isGoal = name === 'domains' && shortest === 400;
      lines.push({
        figure: `unseen ${name}, ${shortest === 0 ? 'all lengths' : '≥ 400 chars'}, mean of ${held.foldCount} folds: AUROC / TPR @ 1 % / @ 5 %`,
        goal: isGoal ? '≥ 0.92 / ≥ 0.55' : '',
        measured: `${mean.auroc.toFixed(3)} / ${mean.tprAt1.toFixed(3)} / ${mean.tprAt5.toFixed(3)}`,
        ...(isGoal ? { isMet: mean.auroc >= 0.92 && mean.tprAt1 >= 0.55 } : {}),
      });
      const pooled = sliceRates(...labelled(held, scores, () => true, shortest));
      lines.push({
        figure: `the same in one pool (${pooled.human} human, ${pooled.synthetic} synthetic)`,
        goal: '',
        measured: `${withInterval(pooled.auroc)} / ${withInterval(pooled.tprAt1)} / ${withInterval(pooled.tprAt5)}`,
      });
    }
  }
  return lines;
}

function meanOfFolds(
  held: HeldOut,
  scores: HeldOutScores,
  shortest: number,
): { readonly auroc: number; readonly tprAt1: number; readonly tprAt5: number } {
  const each = Array.from({ length: held.foldCount }, (_, fold) =>
    sliceRates(...labelled(held, scores, (i) => held.fold[i] === fold, shortest)),
  );
  return {
    auroc: meanSd(each.map(({ auroc }) => auroc.value)).mean,
    tprAt1: meanSd(each.map(({ tprAt1 }) => tprAt1.value)).mean,
    tprAt5: meanSd(each.map(({ tprAt5 }) => tprAt5.value)).mean,
  };
}

/** Raw scores as the folds give them, human and synthetic. */
function labelled(
  { examples }: HeldOut,
  { raw }: HeldOutScores,
  isChosen: (row: number) => boolean,
  shortest: number,
): [human: readonly number[], synthetic: readonly number[]] {
  const of = (label: boolean): readonly number[] =>
    [...raw]
      .map((score, i) => ({ score, i }))
      .filter(({ score, i }) => {
        const example = examples[i];
        if (example === undefined || Number.isNaN(score) || example.text.length < shortest) return false;
        return example.isSynthetic === label && isChosen(i);
      })
      .map(({ score }) => score);
  return [of(false), of(true)];
}
