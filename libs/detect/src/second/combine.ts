import { sigmoid } from '../calibrate/bands.ts';
import { plattFor } from '../model/card.ts';
import type { Sidecar } from './sidecar.ts';

/** Lower and upper edge of p, both inclusive. */
export type UncertainBand = readonly [low: number, high: number];

/**
 * Whether the second stage is asked: the first stage's p at even odds, σ(llr), lies in the band. Decided by
 * the text alone, so that canaries and documents of every source go the same way, whatever the source's
 * prevalence has become.
 */
export function isUncertain(firstLlr: number, [low, high]: UncertainBand): boolean {
  const p = sigmoid(firstLlr);
  return p >= low && p <= high;
}

/**
 * llr of both stages together: their standardised values averaged, then calibrated for the length of the
 * canonical text (code units). A plain mean did better than fitted stackers (logistic stacking of two heads
 * .937 AUROC, their mean .940).
 */
export function combine(first: number, second: number, length: number, sidecar: Sidecar): number {
  const { share, standard, platt } = sidecar;
  const one = standard === undefined ? first : (first - standard.first.mean) / standard.first.sd;
  const two = standard === undefined ? second : (second - standard.second.mean) / standard.second.sd;
  const { a, b } = plattFor(platt, length);
  return a * ((1 - share) * one + share * two) + b;
}
