import { fitPriorOf } from '@ballast/detect/evaluate';
import type { PlantOptions } from '@ballast/detect/evaluate';
import { cardWithout, combine, scoreHeldOut } from '@ballast/detect/train';
import type { HeldOut, HeldOutScores } from '@ballast/detect/train';
import { z } from 'zod';
import { readRows } from '../labelled-rows.ts';

/** Generators that leave training together; fold k of the domains is tested on family k. */
const families = [
  ['gpt-4o', 'gpt-4-turbo'],
  ['gpt-3.5-turbo', 'text-davinci-003', 'flan_t5_xxl'],
  ['gemini-1.0-pro', 'gemini-1.5-pro'],
  ['claude-3-opus', 'claude-3-sonnet', 'llama-3-70b'],
] as const;

/** Everything the figures are made of. */
export interface Scored {
  readonly held: HeldOut;
  readonly domainOut: HeldOutScores;
  readonly generatorOut: HeldOutScores;
  /** Every domain as a source of its own, judged by a card that does not know its fold. */
  readonly sources: readonly Source[];
  /** The data sets as sources: three with one domain each, and L2R with its 19 domains in one. */
  readonly corpora: readonly Source[];
}

/** One domain, or one data set, as a source; plain data, so that it can be sent to a thread. */
export interface Source extends Pick<PlantOptions, 'source' | 'card' | 'prior'> {
  readonly name: string;
  readonly fold: number;
}

/** Reads the labelled file and scores every row by a model that did not see its domain; cached by fit. Sources hold texts of `shortest` code units and more. */
export async function heldOut(data: string, cache: string, shortest: number): Promise<Scored> {
  let phase = '';
  const held = await scoreHeldOut({
    rows: readRows(data, z.unknown()),
    cache,
    families,
    onProgress: (progress) => {
      if (progress.phase !== phase) process.stderr.write(`detect: ${progress.phase}\n`);
      ({ phase } = progress);
    },
  });
  const [domainOut, generatorOut] = [combine(held, held.domainOut), combine(held, held.generatorOut)];
  const sources = sourcesOf(held, domainOut, shortest, (i) => held.examples[i]?.domain ?? '');
  const corpora = sourcesOf(held, domainOut, shortest, (i) =>
    (held.examples[i]?.domain ?? '').startsWith('l2r-') ? 'L2R' : (held.examples[i]?.domain ?? ''),
  ).filter(({ source }) => source.human.length >= 2 * canariesMost);
  return { held, domainOut, generatorOut, sources, corpora };
}

/** Canaries per label that a corpus must be able to spare. */
const canariesMost = 100;

function sourcesOf(
  held: HeldOut,
  scores: HeldOutScores,
  shortest: number,
  nameOf: (row: number) => string,
): readonly Source[] {
  const groups = Map.groupBy(held.examples.keys(), nameOf);
  return [...groups].map(([name, rows]) => {
    const of = (isSynthetic: boolean): readonly number[] =>
      rows
        .filter((i) => held.examples[i]?.isSynthetic === isSynthetic)
        .filter((i) => (held.examples[i]?.text.length ?? 0) >= shortest)
        .map((i) => scores.llr[i] ?? 0);
    const own = new Set(rows);
    const folds = new Set(rows.map((i) => held.fold[i]));
    // A corpus in every fold is judged by the domains that are not its own.
    const isOut = (i: number): boolean => own.has(i) || (folds.size === 1 && folds.has(held.fold[i]));
    const card = cardWithout(held, scores, isOut);
    return {
      name,
      fold: held.fold[rows[0] ?? 0] ?? 0,
      card,
      prior: fitPriorOf(card),
      source: { human: of(false), synthetic: of(true) },
    };
  });
}
