import { createHash } from 'node:crypto';
import type { Example } from './corpus.ts';

/** Folds of the honest scores. */
const foldCount = 4;

/** Which fold each example lies in; a fold is scored by a model that saw none of it. */
export interface Folds {
  /** `domain`: whole domains per fold. `id`: the data has no second domain of both labels. */
  readonly by: 'domain' | 'id';
  readonly count: number;
  readonly of: Uint8Array;
}

/**
 * Domains go, largest human count first, to the fold with the fewest human rows so far: deterministic
 * and even. Splitting by id instead would leave rewrites of a text on the other side of the split from
 * the text itself, and the calibration would be too sure of itself on domains it has not seen.
 */
export function foldsOf(examples: readonly Example[]): Folds {
  const domains = new Map<string, { human: number; synthetic: number }>();
  for (const { domain, isSynthetic } of examples) {
    const count = domains.get(domain) ?? { human: 0, synthetic: 0 };
    count[isSynthetic ? 'synthetic' : 'human'] += 1;
    domains.set(domain, count);
  }
  const mixed = [...domains.values()].filter(({ human, synthetic }) => human > 0 && synthetic > 0).length;
  if (mixed < 2) {
    const of = Uint8Array.from(examples, ({ id }) => remainderOf(id, foldCount));
    return { by: 'id', count: foldCount, of };
  }
  const count = Math.min(foldCount, mixed);
  const load = Array.from({ length: count }, () => 0);
  const foldOf = new Map<string, number>();
  const largestFirst = [...domains].toSorted(
    ([a, x], [b, y]) => y.human - x.human || y.synthetic - x.synthetic || (a < b ? -1 : 1),
  );
  for (const [domain, { human }] of largestFirst) {
    const fold = load.indexOf(Math.min(...load));
    foldOf.set(domain, fold);
    load[fold] = (load[fold] ?? 0) + human;
  }
  return { by: 'domain', count, of: Uint8Array.from(examples, ({ domain }) => foldOf.get(domain) ?? 0) };
}

/** The validation rows: md5(id) mod 5 = 0. */
export function isValidation(id: string): boolean {
  return remainderOf(id, 5) === 0;
}

function remainderOf(id: string, divisor: number): number {
  return Number(BigInt(`0x${createHash('md5').update(id).digest('hex')}`) % BigInt(divisor));
}
