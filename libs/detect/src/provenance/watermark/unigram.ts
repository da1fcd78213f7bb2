import { isSet } from './kgw.ts';
import { nothingFound, normalTail } from './statistic.ts';
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
 * τ = √(1 − (m − 1)/(N − 1)) · Φ⁻¹(1 − α); here as a p-value: 1 − Φ(z / √(1 − (m − 1)/(N − 1))).
 */
export function scoreUnigram(
  tokens: readonly number[],
  { mask, vocabulary }: UnigramScheme,
): WatermarkFinding {
  const distinct = new Set(tokens.filter((token) => token >= 0 && token < vocabulary));
  const counted = distinct.size;
  if (counted === 0 || counted >= vocabulary) return nothingFound;
  let green = 0;
  for (const token of distinct) if (isSet(mask, 0, token)) green += 1;
  const gamma = greenShare(mask, vocabulary);
  const z = (green - gamma * counted) / Math.sqrt(counted * gamma * (1 - gamma));
  const spread = Math.sqrt(1 - (counted - 1) / (vocabulary - 1));
  return { counted, z, pValue: normalTail(z / spread) };
}

const shares = new WeakMap<Uint8Array, number>();

/** Share of the vocabulary that the mask holds. */
function greenShare(mask: Uint8Array, vocabulary: number): number {
  const known = shares.get(mask);
  if (known !== undefined) return known;
  let green = 0;
  for (let token = 0; token < vocabulary; token += 1) if (isSet(mask, 0, token)) green += 1;
  const share = green / vocabulary;
  shares.set(mask, share);
  return share;
}
