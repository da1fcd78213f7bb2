import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyFit, fitScores, identityFit } from './fit.ts';
import type { LabelledScores } from './fit.ts';
import { fitPrior } from './points.ts';
import { seeded } from './random.ts';

const prior = fitPrior(0.3, 0.75);
const ones = (scores: LabelledScores): Float64Array => new Float64Array(scores.llr.length).fill(1);

/** Scores whose true llr is slope·llr + shift: normal classes of variance v differ by d = v·slope in mean. */
function planted(slope: number, shift: number, human: number, synthetic: number): LabelledScores {
  const random = seeded(`fit ${slope} ${shift}`);
  const variance = 3;
  const middle = -shift / slope;
  const half = (variance * slope) / 2;
  const draw = (sign: number): number => middle + sign * half + Math.sqrt(variance) * random.normal();
  return {
    llr: Float64Array.from({ length: human + synthetic }, (_, index) => draw(index < human ? -1 : 1)),
    synthetic: Uint8Array.from({ length: human + synthetic }, (_, index) => (index < human ? 0 : 1)),
  };
}

describe('fitScores', () => {
  test('finds a planted slope and shift, whatever the proportion of the labels', () => {
    for (const [human, synthetic] of [
      [4_000, 4_000],
      [7_000, 1_000],
      [1_000, 7_000],
    ] as const) {
      const scores = planted(0.7, 1.2, human, synthetic);
      const fit = fitScores(scores, ones(scores), prior, identityFit);
      for (const llr of [-2, -1, 0, 1, 2]) {
        const found = applyFit(fit, llr);
        assert.ok(Math.abs(found - (0.7 * llr + 1.2)) < 0.25, `llr ${llr}: ${found}`);
      }
    }
  });

  test('believes a handful of canaries little and hundreds much', () => {
    const shiftOf = (each: number): number => {
      const scores = planted(1, 2, each, each);
      return fitScores(scores, ones(scores), prior, identityFit).shift;
    };
    assert.ok(shiftOf(2) < 1, `2 canaries: ${shiftOf(2)}`);
    assert.ok(shiftOf(400) > 1.7, `400 canaries: ${shiftOf(400)}`);
  });

  test('is the centre of the prior without canaries of both labels', () => {
    const scores = planted(1, 2, 30, 0);
    assert.deepEqual(fitScores(scores, ones(scores), prior, identityFit), prior.centre);
  });

  test('a part of the synthetic canaries that scores like humans sets the floor and leaves the slope alone', () => {
    const scores = planted(1, 0, 5_000, 5_000);
    const llr = scores.llr.map((value, index) => (index >= 9_250 ? (scores.llr[index - 9_250] ?? 0) : value));
    const fit = fitScores({ ...scores, llr }, ones(scores), prior, identityFit);
    assert.ok(Math.exp(fit.logSlope) > 0.85, `slope ${Math.exp(fit.logSlope)}`);
    const floor = Math.exp(applyFit(fit, -12));
    assert.ok(floor > 0.12 && floor < 0.18, `0.15 planted, found ${floor}`);
  });

  test('keeps the order of scores even when the labels are the wrong way round', () => {
    const scores = planted(1, 0, 300, 300);
    const swapped = { ...scores, synthetic: scores.synthetic.map((label) => 1 - label) };
    const fit = fitScores(swapped, ones(scores), prior, identityFit);
    assert.ok(applyFit(fit, 1) > applyFit(fit, -1));
  });
});
