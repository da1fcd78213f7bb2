import { frozenThresholds } from '@ballast/detect/evaluate';
import { cardWithout } from '@ballast/detect/train';
import type { HeldOut, HeldOutScores } from '@ballast/detect/train';
import { z } from 'zod';
import { readRows } from '../labelled-rows.ts';
import { percent } from './goal.ts';
import type { GoalLine } from './goal.ts';
import type { Scored } from './held-out.ts';

const rowSchema = z.object({ id: z.string(), kind: z.string() });

/** Whether a row is found: at 1 % of the other folds' humans, and at 5 % of its own domain's. */
interface Found {
  readonly frozen: boolean;
  readonly own: boolean;
}

/** Rows of one generator in one domain. */
interface Stratum {
  readonly plain: Found[];
  readonly rewritten: Map<string, Found[]>;
}

/**
 * Text that a model or a person's tool has rewritten (the file's `kind`), found at the frozen 1 % threshold of
 * the other folds' humans and at 5 % of its domain's own, against the unrewritten text of the same generators in
 * the same domains, each generator and domain weighing as its rewritten rows do. Rows do not name their
 * originals, so nothing is paired.
 */
export function rewrittenLines({ held, domainOut }: Scored, data: string): readonly GoalLine[] {
  const kindOf = new Map(readRows(data, rowSchema).map(({ id, kind }) => [id, kind]));
  const strata = strataOf(held, domainOut, kindOf);
  const kinds = new Set([...strata.values()].flatMap(({ rewritten }) => [...rewritten.keys()]));
  return [...kinds].flatMap((kind): readonly GoalLine[] => {
    const own = [...strata].filter(([, { rewritten, plain }]) => rewritten.has(kind) && plain.length > 0);
    const generators = Map.groupBy(own, ([key]) => key.slice(0, key.indexOf('\t')));
    return [...(generators.size > 1 ? [['all generators', own] as const] : []), ...generators].map(
      ([who, members]) =>
        lineOf(
          kind,
          who,
          members.map(([, stratum]) => stratum),
        ),
    );
  });
}

/** Every synthetic row of 400 characters and more. */
function strataOf(
  held: HeldOut,
  scores: HeldOutScores,
  kindOf: ReadonlyMap<string, string>,
): ReadonlyMap<string, Stratum> {
  const frozen = Array.from(
    { length: held.foldCount },
    (_, fold) => frozenThresholds(cardWithout(held, scores, (i) => held.fold[i] === fold)).at1,
  );
  const own = ownThresholds(held, scores);
  const strata = new Map<string, Stratum>();
  for (const [i, { id, isSynthetic, generator, domain, text }] of held.examples.entries()) {
    if (!isSynthetic || text.length < 400) continue;
    const key = `${generator}\t${domain}`;
    const stratum: Stratum = strata.get(key) ?? { plain: [], rewritten: new Map() };
    strata.set(key, stratum);
    const llr = scores.llr[i] ?? 0;
    const found = {
      frozen: llr > (frozen[held.fold[i] ?? 0] ?? 0),
      own: llr > (own.get(domain) ?? Number.POSITIVE_INFINITY),
    };
    const kind = kindOf.get(id) ?? 'plain';
    const into = kind === 'plain' ? stratum.plain : (stratum.rewritten.get(kind) ?? []);
    into.push(found);
    if (kind !== 'plain') stratum.rewritten.set(kind, into);
  }
  return strata;
}

/** llr that 5 % of a domain's human rows of 400 characters and more exceed. */
function ownThresholds({ examples }: HeldOut, { llr }: HeldOutScores): ReadonlyMap<string, number> {
  const humans = Map.groupBy(
    [...examples.entries()].filter(([, { isSynthetic, text }]) => !isSynthetic && text.length >= 400),
    ([, { domain }]) => domain,
  );
  return new Map(
    [...humans].map(([domain, rows]) => {
      const sorted = Float64Array.from(rows, ([i]) => llr[i] ?? 0).toSorted();
      return [domain, sorted[Math.floor(0.95 * sorted.length)] ?? 0];
    }),
  );
}

function lineOf(kind: string, who: string, strata: readonly Stratum[]): GoalLine {
  const count = (rows: readonly Found[], at: keyof Found): number => rows.filter((row) => row[at]).length;
  let [rewritten, plain, variance] = [0, 0, 0];
  const before = { frozen: 0, own: 0 };
  const after = { frozen: 0, own: 0 };
  for (const stratum of strata) {
    const rows = stratum.rewritten.get(kind) ?? [];
    rewritten += rows.length;
    plain += stratum.plain.length;
    for (const at of ['frozen', 'own'] as const) {
      after[at] += count(rows, at);
      before[at] += (rows.length * count(stratum.plain, at)) / stratum.plain.length;
    }
    const share = count(stratum.plain, 'frozen') / stratum.plain.length;
    variance += (rows.length ** 2 * share * (1 - share)) / stratum.plain.length;
  }
  const [found, clean] = [after.frozen / rewritten, before.frozen / rewritten];
  const half = 196 * Math.sqrt((found * (1 - found)) / rewritten + variance / rewritten ** 2);
  const loss = 100 * (clean - found);
  return {
    figure: `rewritten: ${kind}, ${who}, ${rewritten} rows against ${plain} plain ones of the same generators and domains, unseen domains: TPR plain / rewritten at the frozen 1 % threshold, loss; at 5 % of the domain's own humans`,
    goal: '',
    measured: `${percent(clean)} / ${percent(found)}, ${loss.toFixed(1)} points [${(loss - half).toFixed(1)}, ${(loss + half).toFixed(1)}]; ${percent(before.own / rewritten)} / ${percent(after.own / rewritten)}`,
  };
}
