import { bandEdges } from '@ballast/document';
import type { Band } from '@ballast/document';

/** Above this upper share of its human band a family counts as uncalibrated (protocol P17, P18). */
export const humanBandShareMax = 0.16;

/** The bands in ascending order. */
export const bands: readonly Band[] = bandEdges.map(([band]) => band);

/**
 * Index of the band of an upper end of p: below `tau` the human band, then by the upper edges of the
 * lanes. So what is admitted at once and what the human band's limit was computed over are one set.
 */
export function bandIndexOf(pUpper: number, tau: number): number {
  if (pUpper < tau) return 0;
  for (let index = 1; index < bandEdges.length; index += 1) {
    const edge = bandEdges[index];
    if (edge !== undefined && pUpper < edge[1]) return index;
  }
  return bandEdges.length - 1;
}

/** log(p / (1 − p)). */
export function logit(p: number): number {
  return Math.log(p) - Math.log1p(-p);
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
