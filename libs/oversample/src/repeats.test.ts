import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { StratumCount } from './census.ts';
import { documentOf } from './records.fixture.ts';
import { referenceOf } from './reference.ts';
import { repeatFactor, wholeRepeats } from './repeats.ts';

const sources = ['a', 'b'];
const counts = (strata: { readonly [name: string]: readonly [human: number, synthetic: number] }) => {
  return (name: string): StratumCount => {
    const [human, synthetic] = strata[name] ?? [0, 0];
    return { human, synthetic, sources };
  };
};
const reference = (shares: { readonly [name: string]: number }) => ({
  id: 'r',
  shares: new Map(Object.entries(shares)),
  tokensMean: 1,
});
const near = (actual: number, expected: number, within = 0.01) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

describe('repeat factors', () => {
  test('a stratum at its target share is not repeated', () => {
    const even = counts({ head: [900_000, 0], tail: [100_000, 0] });
    near(repeatFactor('tail', reference({ head: 0.9, tail: 0.1 }), even, 4), 1, 1e-5);
  });

  test('a synthetic side that holds nothing of a stratum costs it 1 / (1 - f): 1.43 at f = 0.3', () => {
    const stream = counts({ head: [999_000, 428_571], tail: [1_000, 0] });
    near(repeatFactor('tail', reference({ head: 0.999, tail: 0.001 }), stream, 4), 1 / 0.7);
  });

  test('more synthetic text than the mixer can admit changes nothing: it waits', () => {
    const flood = counts({ head: [999_000, 50_000_000], tail: [1_000, 0] });
    near(repeatFactor('tail', reference({ head: 0.999, tail: 0.001 }), flood, 4), 1 / 0.7);
  });

  test('a stratum at a tenth of its target is repeated as often as allowed, and no more', () => {
    const thin = counts({ head: [999_000, 0], tail: [1_000, 0] });
    assert.equal(repeatFactor('tail', reference({ head: 0.99, tail: 0.01 }), thin, 4), 4);
    assert.equal(repeatFactor('tail', reference({ head: 0.99, tail: 0.01 }), thin, 2), 2);
  });

  test('all repeats together stay at 5 % of the tokens', () => {
    // Tail at 10 % of the stream and wanted at 30 %: r = 3 would repeat 20 % of all tokens.
    const thin = counts({ head: [900_000, 0], tail: [100_000, 0] });
    near(repeatFactor('tail', reference({ head: 0.7, tail: 0.3 }), thin, 4), 1.5);
  });

  test('a stratum of a single source takes no part of the repeats that others may have', () => {
    const stream = (name: string): StratumCount => ({
      human: { head: 800_000, farm: 100_000, tail: 10_000 }[name] ?? 0,
      synthetic: 0,
      sources: name === 'farm' ? ['farm'] : sources,
    });
    const wanted = reference({ head: 0.66, farm: 0.3, tail: 0.04 });
    assert.ok(repeatFactor('tail', wanted, stream, 4) > 3);
    assert.equal(repeatFactor('farm', wanted, stream, 4), 1);
  });

  test('whatever was counted, the factor lies between 1 and the limit', () => {
    const amount = fc.double({ min: 0, max: 1e9, noNaN: true });
    const stream = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.tuple(amount, amount));
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 4 }), (strata, most) => {
        for (const name of ['a', 'b', 'c']) {
          const factor = repeatFactor(name, reference({ a: 0.7, b: 0.29, c: 0.01 }), counts(strata), most);
          assert.ok(factor >= 1 && factor <= most, String(factor));
        }
      }),
    );
  });

  test('a fraction is met over many documents, each chosen by its own hash', () => {
    const chosen = Array.from({ length: 4_000 }, (_, index) =>
      wholeRepeats(1.43, `oversample-1/documents.raw/0/${index}`),
    );
    near(chosen.reduce((sum, copies) => sum + copies, 0) / chosen.length, 1.43, 0.025);
    assert.deepEqual(
      chosen.slice(0, 5),
      Array.from({ length: 5 }, (_, index) => wholeRepeats(1.43, `oversample-1/documents.raw/0/${index}`)),
    );
    assert.equal(wholeRepeats(3, 'any'), 3);
  });
});

describe('the reference', () => {
  test('shares add up to 1, by tokens, and small strata are drawn up by half a document', () => {
    const documents = [
      ...Array.from({ length: 9 }, (_, n) => documentOf(`h${n}`, 'head', 's', 100)),
      documentOf('t', 'tail', 's', 100),
    ];
    const found = referenceOf(documents, 'labels');
    near(found?.shares.get('head') ?? 0, 9.5 / 11, 1e-12);
    near(found?.shares.get('tail') ?? 0, 1.5 / 11, 1e-12);
    assert.equal(found?.id, referenceOf(documents.toReversed(), 'labels')?.id);
    assert.equal(referenceOf([], 'labels'), undefined);
  });
});
