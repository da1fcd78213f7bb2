import { z } from 'zod';
import { betaQuantile } from './beta.ts';
import { humanBandShareMax } from './bands.ts';
import { shareUpperMin } from './estimate.ts';

/** Why a text cannot be judged by the model. */
export const kindSchema = z.enum(['short', 'unsupported', 'code']);

/** Why a text cannot be judged by the model. */
export type Kind = z.infer<typeof kindSchema>;

/** Labelled canaries of one kind in one family. */
export interface KindCanaries {
  readonly human: number;
  readonly synthetic: number;
}

/** Canaries of a kind that speak for it without a prior. */
const kindCanariesMin = 30;

/** Documents that a registry's `prior` is worth: it is an operator's word, not a count. */
const priorDocuments = 20;

/** What a text that cannot be judged is taken for. */
export interface KindShare {
  readonly p: number;
  readonly pUpper: number;
  readonly eps: number;
  readonly calibrated: boolean;
}

/**
 * The share of synthetic text of a (source, kind), for texts that the model cannot judge (protocol P21):
 * learnt only from labelled canaries of that kind or the registry's prior, never from arrivals or from
 * the source's longer texts. With neither, p = 0.5 and nothing is excluded. The width of the 95 % Beta
 * interval is eps, as far as p + eps stays a share.
 */
export function shareOfKind(canaries: KindCanaries, prior: number | undefined): KindShare {
  if (prior === undefined && canaries.human + canaries.synthetic < kindCanariesMin) {
    return { p: 0.5, pUpper: 1, eps: 0.5, calibrated: false };
  }
  // Without a prior Jeffreys' ½ + ½; with one at least a trace of each, so that both ends stay open.
  const strength = prior === undefined ? 1 : priorDocuments;
  const mean = Math.min(0.999, Math.max(0.001, prior ?? 0.5));
  const [a, b] = [strength * mean + canaries.synthetic, strength * (1 - mean) + canaries.human];
  const p = a / (a + b);
  const [low, high] = [betaQuantile(0.025, a, b), betaQuantile(0.975, a, b)];
  const pUpper = Math.max(p, high, shareUpperMin);
  return { p, pUpper, eps: Math.min(high - low, 1 - p), calibrated: pUpper <= humanBandShareMax };
}
