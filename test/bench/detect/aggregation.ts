import { reliabilityOf, sigmoid, sliceRates } from '@ballast/detect/evaluate';
import { seeded } from '../../seeded.ts';
import { withInterval } from './goal.ts';
import type { GoalLine } from './goal.ts';
import type { Scored } from './held-out.ts';

/** Texts of one author that are judged together. */
const counts = [1, 2, 5, 10] as const;

/** Longest text that counts as short, and least groups of a label for a rate. */
const shortMax = 400;
const groupsMin = 100;

/**
 * Whether several short texts of one author say more than one: the sum of their llr. As authors the file has the humans of a domain and each generator in a domain; a
 * group is dealt from one of them, without repeats, and no model had seen the domain.
 */
export function aggregationLines({ held, domainOut }: Scored): readonly GoalLine[] {
  const short = [...held.examples.keys()].filter((i) => (held.examples[i]?.text.length ?? 0) < shortMax);
  const authors = Map.groupBy(short, (i) => {
    const { domain = '', generator = '', isSynthetic = false } = held.examples[i] ?? {};
    return JSON.stringify([domain, isSynthetic, isSynthetic ? generator : '']);
  });
  return counts.flatMap((count): readonly GoalLine[] => {
    const sums: { readonly human: number[]; readonly synthetic: number[] } = { human: [], synthetic: [] };
    for (const [number, rows] of [...authors.values()].entries()) {
      const dealt = shuffled(rows, number);
      const isSynthetic = held.examples[rows[0] ?? 0]?.isSynthetic === true;
      for (let from = 0; from + count <= dealt.length; from += count) {
        const group = dealt.slice(from, from + count);
        const sum = group.reduce((total, i) => total + (domainOut.llr[i] ?? 0), 0);
        sums[isSynthetic ? 'synthetic' : 'human'].push(sum);
      }
    }
    const { human, synthetic } = sums;
    if (Math.min(human.length, synthetic.length) < groupsMin) return [];
    const rates = sliceRates(human, synthetic, `aggregation/${count}`);
    return [
      {
        figure: `texts under ${shortMax} characters of unseen domains, llr of ${count} of one author added (${human.length} human and ${synthetic.length} synthetic groups): AUROC / TPR @ 1 % / @ 5 %; ECE of p at even odds`,
        goal: '',
        measured: `${withInterval(rates.auroc)} / ${withInterval(rates.tprAt1)} / ${withInterval(rates.tprAt5)}; ${evenError(human, synthetic).toFixed(3)}`,
      },
    ];
  });
}

/** Calibration error of the sum taken as llr, the larger label thinned evenly. */
function evenError(human: readonly number[], synthetic: readonly number[]): number {
  const count = Math.min(human.length, synthetic.length);
  const thinned = [human, synthetic].flatMap((scores) =>
    Array.from({ length: count }, (_, i) => scores[Math.floor((i * scores.length) / count)] ?? 0),
  );
  return reliabilityOf(
    thinned.map(sigmoid),
    thinned.map((_, i) => i >= count),
  ).eceDebiased;
}

function shuffled(rows: readonly number[], seed: number): readonly number[] {
  const random = seeded(seed);
  return rows
    .map((row) => ({ row, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ row }) => row);
}
