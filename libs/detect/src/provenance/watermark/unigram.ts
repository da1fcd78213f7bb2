import { isSet } from './kgw.ts';
import { countBits, greenScore, hypergeometricTail, nothingFound } from './statistic.ts';
import type { WatermarkFinding } from './statistic.ts';

/** One green list for all places of a text, as the marking program wrote it. */
export interface UnigramScheme {
  /** Bitset over the vocabulary, least significant bit first. */
  readonly mask: Uint8Array;
  readonly vocabulary: number;
}

/**
 * The fixed-list test of Zhao et al. 2023 (arXiv 2306.17439) over the *distinct* tokens of a text. They
 * are drawn from the vocabulary without replacement, hence the paper's dynamic threshold
 * τ = √(1 − (m − 1)/(N − 1)) · Φ⁻¹(1 − α). The p-value is the exact hypergeometric tail, of which that is
 * the normal approximation: for few tokens and a small list the approximation claims too much.
 */
export function scoreUnigram(
  tokens: readonly number[],
  { mask, vocabulary }: UnigramScheme,
): WatermarkFinding {
  const distinct = new Set(tokens.filter((token) => token >= 0 && token < vocabulary));
  const counted = distinct.size;
  if (counted === 0 || counted >= vocabulary) return nothingFound;
  let found = 0;
  for (const token of distinct) if (isSet(mask, 0, token)) found += 1;
  const green = greenOf(mask, vocabulary);
  const z = greenScore(found, counted, green / vocabulary);
  return { counted, z, pValue: hypergeometricTail(found, counted, green, vocabulary) };
}

const greens = new WeakMap<Uint8Array, number>();

/** Green tokens of the whole vocabulary. */
function greenOf(mask: Uint8Array, vocabulary: number): number {
  const known = greens.get(mask);
  if (known !== undefined) return known;
  const green = countBits(mask, 0, vocabulary);
  greens.set(mask, green);
  return green;
}
