import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seeded } from '../../calibrate/random.ts';
import { generate, greenMarking, tournamentMarking, toyVocabulary } from './simulate.ts';
import { greenByHmac, greenTable, scoreKgw } from './kgw.ts';
import { binomialTail, greenFinding, hypergeometricTail, normalTail } from './statistic.ts';
import { gRows, scoreSynthId } from './synthid.ts';
import { scoreUnigram } from './unigram.ts';

const gamma = 0.25;
const key = Buffer.from('a key of the tests');
/** Green lists drawn once, as a marking program would export them. */
const listed = { gamma, context: 1, isGreen: greenTable(drawnTable(), toyVocabulary) };
const hmac = { gamma, context: 1, isGreen: greenByHmac(key, 1, gamma) };

describe('statistics', () => {
  it('z of 60 green of 100 at γ = .25 is 8.083 (arXiv 2301.10226, equation 3)', () => {
    assert.ok(Math.abs(greenFinding(60, 100, gamma).z - 35 / Math.sqrt(18.75)) < 1e-12);
  });

  // R 4.3: pnorm(4, lower.tail = FALSE), pnorm(6, …), pbinom(59, 100, .25, lower.tail = FALSE) by exact sums.
  it('tails are those of the normal and the binomial law', () => {
    for (const [z, tail] of [
      [0, 0.5],
      [1.959963985, 0.025],
      [4, 3.167124183e-5],
      [6, 9.86587645e-10],
      [-2, 0.9772498681],
    ] as const)
      assert.ok(Math.abs(normalTail(z) / tail - 1) < 3e-7, `${z}`);
    for (const [successes, trials] of [
      [5, 10],
      [60, 100],
      [120, 300],
    ] as const) {
      const exact = binomialSum(successes, trials, gamma);
      assert.ok(
        Math.abs(binomialTail(successes, trials, gamma) / exact - 1) < 1e-9,
        `${successes} of ${trials}`,
      );
    }
    assert.equal(binomialTail(0, 10, gamma), 1);
  });

  // Exact fractions of binomial coefficients (Python, math.comb and fractions).
  it('draws without replacement have the hypergeometric tail', () => {
    for (const [successes, drawn, marked, population, tail] of [
      [60, 80, 500, 1_000, 1.8054789527239605e-6],
      [46, 100, 12_564, 50_257, 4.150570817648152e-6],
      [190, 300, 12_564, 50_257, 8.900106125505353e-45],
    ] as const)
      assert.ok(Math.abs(hypergeometricTail(successes, drawn, marked, population) / tail - 1) < 1e-5);
    assert.equal(hypergeometricTail(0, 10, 5, 20), 1);
    assert.equal(hypergeometricTail(6, 10, 5, 20), 0);
  });

  it('48 tokens, half of them green at γ = .25, are just beyond z = 4', () => {
    assert.ok(greenFinding(24, 48, gamma).z >= 4);
    assert.ok(greenFinding(23, 46, gamma).z < 4);
  });
});

describe('power: at least 95 in 100 marked texts of 400 tokens are found at p <= 1e-6', () => {
  const texts = 40;
  const found = (score: (seed: number) => number): number =>
    Array.from({ length: texts }, (_, seed) => score(seed + 1)).filter((p) => p <= 1e-6).length;

  it('KGW, γ .25, δ 2, multinomial sampling', () => {
    const mark = greenMarking(listed.isGreen, 2);
    assert.ok(found((seed) => scoreKgw(generate(400, seed, mark), listed).pValue) >= texts * 0.95);
  });

  it('SynthID-Text, 30 depths', () => {
    const keys = Array.from({ length: 30 }, (_, depth) => 100 + 7 * depth);
    const scheme = { keys, ngram: 5 };
    const gOf = (tokens: readonly number[], token: number): Uint8Array => {
      const padded = [0, 0, 0, 0, ...tokens].slice(-4);
      return gRows([...padded, token], scheme).next().value ?? new Uint8Array(30);
    };
    const mark = tournamentMarking(gOf, 30);
    const pValues = Array.from(
      { length: 6 },
      (_, seed) => scoreSynthId(generate(400, seed + 1, mark), scheme).pValue,
    );
    assert.ok(
      pValues.every((p) => p <= 1e-6),
      pValues.join(' '),
    );
  });
});

describe('unmarked text', () => {
  it('gives p-values as rare as they say', () => {
    const texts = Array.from({ length: 1_500 }, (_, seed) => generate(60, seed + 1));
    const rates = (score: (tokens: readonly number[]) => number): number =>
      texts.filter((tokens) => score(tokens) <= 0.05).length / texts.length;
    // 0.05 ± 4 standard errors of 1,500 draws; the binomial tail is a step function and errs downwards.
    const limit = 0.05 + 4 * Math.sqrt((0.05 * 0.95) / 1_500);
    assert.ok(rates((tokens) => scoreKgw(tokens, hmac).pValue) <= limit);
    const keys = [11, 22, 33, 44, 55, 66, 77, 88, 99, 110];
    assert.ok(rates((tokens) => scoreSynthId(tokens, { keys, ngram: 5 }).pValue) <= limit);
  });

  it('of no tokens is no evidence', () => {
    assert.equal(scoreKgw([], hmac).pValue, 1);
    assert.equal(scoreUnigram([], { mask: new Uint8Array(250), vocabulary: toyVocabulary }).pValue, 1);
  });
});

describe('imported lists', () => {
  it('a table of green lists is read row by row, least significant bit first', () => {
    const table = new Uint8Array(2 * 2);
    table[0] = 0b0000_0101; // after token 0: tokens 0 and 2
    table[3] = 0b0000_0010; // after token 1: token 9
    const isGreen = greenTable(table, 10);
    assert.deepEqual(
      [0, 1, 2, 9].map((token) => isGreen([0, token], 1)),
      [true, false, true, false],
    );
    assert.ok(isGreen([1, 9], 1));
    assert.ok(!isGreen([1, 10], 1));
  });

  it('a unigram mask counts distinct tokens, with the dynamic threshold of the paper', () => {
    const vocabulary = 1_000;
    const mask = new Uint8Array(vocabulary / 8).fill(0b0101_0101);
    const green = Array.from({ length: 60 }, (_, index) => 2 * index);
    const red = Array.from({ length: 20 }, (_, index) => 2 * index + 1);
    const { counted, z, pValue } = scoreUnigram([...green, ...green, ...red], { mask, vocabulary });
    assert.equal(counted, 80);
    assert.ok(Math.abs(z - 20 / Math.sqrt(20)) < 1e-12);
    // τ = √(1 − 79/999) · Φ⁻¹(1 − α) is the normal approximation of the exact tail: within a factor of 2 here.
    const approximate = normalTail(z / Math.sqrt(1 - 79 / 999));
    assert.ok(pValue > approximate / 2 && pValue < approximate * 2);
  });
});

function drawnTable(): Uint8Array {
  const { uniform } = seeded('green lists');
  const table = new Uint8Array(toyVocabulary * Math.ceil(toyVocabulary / 8));
  for (let byte = 0; byte < table.length; byte += 1)
    for (let bit = 0; bit < 8; bit += 1) if (uniform() < gamma) table[byte] = (table[byte] ?? 0) | (1 << bit);
  return table;
}

function binomialSum(from: number, trials: number, probability: number): number {
  let sum = 0;
  for (let successes = from; successes <= trials; successes += 1) {
    let log = 0;
    for (let i = 1; i <= successes; i += 1) log += Math.log((trials - successes + i) / i);
    sum += Math.exp(
      log + successes * Math.log(probability) + (trials - successes) * Math.log1p(-probability),
    );
  }
  return sum;
}
