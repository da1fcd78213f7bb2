import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { depthWeights, gRows, scoreSynthId, startState } from './synthid.ts';

/** The 30 keys of the default configuration of google-deepmind/synthid-text. */
const keys = [
  654, 400, 836, 123, 340, 443, 597, 160, 57, 29, 590, 639, 13, 715, 468, 990, 966, 226, 324, 585, 118, 504,
  421, 521, 129, 669, 732, 225, 90, 960,
];
const scheme = { keys, ngram: 5 };

// Golden values: the paper's formulas in numpy with 64-bit integers; nobody has published byte vectors.
describe('SynthID-Text g-values', () => {
  const tokens = Array.from({ length: 59 }, (_, i) => (7919 * (i + 1) + 13) % 256_000);

  it('start from the digest of the keys', () => {
    const { high, low } = startState(keys);
    assert.equal((BigInt(high) << 32n) | BigInt(low), 1_614_033_703_599_872_695n);
  });

  it('equal the reference bits', () => {
    const rows = [...gRows(tokens, scheme)].length;
    const printed: string[] = [];
    for (const row of gRows(tokens, scheme)) printed.push(row.join(''));
    assert.equal(rows, 55);
    assert.equal(printed[0], '000101010101110111001110111001');
    assert.equal(printed[1], '110000001111000010100010100111');
    assert.equal(printed.at(-1), '001111010100100010011100000001');
  });

  it('have the reference mean and weighted mean', () => {
    let [sum, weighted, rows] = [0, 0, 0];
    const weights = depthWeights(30);
    for (const row of gRows(tokens, scheme)) {
      rows += 1;
      row.forEach((g, depth) => {
        sum += g;
        weighted += g * (weights[depth] ?? 0);
      });
    }
    assert.ok(Math.abs(sum / (rows * 30) - 0.485454545) < 1e-9);
    assert.ok(Math.abs(weighted / (rows * 30) - 0.486976347) < 1e-9);
  });

  it('agree with 64-bit integers on any state', () => {
    const long = Array.from({ length: 400 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0);
    const printed: string[] = [];
    for (const row of gRows(long, scheme)) printed.push(row.join(''));
    assert.deepEqual(printed, bigRows(long));
  });
});

describe('the weighted mean score', () => {
  it('has the standard deviation .0102 at 100 n-grams and 30 depths', () => {
    // z · sd = mean − ½, so two texts of known z give the sd back.
    const tokens = Array.from({ length: 104 }, (_, i) => (i * 7919) % 50_257);
    const { z, counted } = scoreSynthId(tokens, scheme);
    let weighted = 0;
    const weights = depthWeights(30);
    for (const row of gRows(tokens, scheme))
      row.forEach((g, depth) => (weighted += g * (weights[depth] ?? 0)));
    const sd = (weighted / (counted * 30) - 0.5) / z;
    assert.equal(counted, 100);
    assert.ok(Math.abs(sd - 0.0102) < 0.00005, String(sd));
  });

  it('counts a repeated context once and nothing after the end token', () => {
    const text = [5, 6, 7, 8, 9, 5, 6, 7, 8, 9, 5, 6, 7, 8, 10, 2, 11, 12, 13, 14];
    assert.equal(scoreSynthId(text, { ...scheme, endToken: 2 }).counted, 5);
    assert.equal(scoreSynthId([1, 2, 3], scheme).pValue, 1);
  });
});

/** The formulas again with BigInt. */
function bigRows(tokens: readonly number[]): string[] {
  const step = (h: bigint, x: number): bigint =>
    BigInt.asIntN(64, (h + BigInt(x)) * 6_364_136_223_846_793_005n + 1n);
  const { high, low } = startState(keys);
  const start = (BigInt(high) << 32n) | BigInt(low);
  const rows: string[] = [];
  for (let at = 4; at < tokens.length; at += 1) {
    let h = start;
    for (let back = 4; back >= 0; back -= 1) h = step(h, tokens[at - back] ?? 0);
    let row = '';
    for (const key of keys) {
      let x = step(h, key);
      for (let round = 0; round < 12; round += 1) x = step(x, 1) >> 5n;
      row += (x >> 30n) & 1n;
    }
    rows.push(row);
  }
  return rows;
}
