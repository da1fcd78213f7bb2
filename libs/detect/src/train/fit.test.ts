import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seeded } from '../calibrate/random.ts';
import { Bag } from '../text/bag.ts';
import { fitHead } from './fit.ts';
import { FeatureStore } from './store.ts';

function fill(bag: Bag, buckets: readonly number[]): void {
  bag.clear(buckets.length);
  bag.add(Int32Array.from(buckets), buckets.length, 1);
}

/** Rows of ten features out of 64; features below 8 occur only in rows of label 1, those from 56 only in 0. */
function planted(rows: number): { store: FeatureStore; labels: Uint8Array } {
  const random = seeded('planted');
  const store = new FeatureStore();
  const bag = new Bag();
  const labels = Uint8Array.from({ length: rows }, () => Number(random.uniform() < 0.5));
  for (const label of labels) {
    const any = Array.from({ length: 9 }, () => 8 + Math.floor(random.uniform() * 48));
    fill(bag, [...any, (label === 1 ? 0 : 56) + Math.floor(random.uniform() * 8)]);
    store.push(bag);
  }
  return { store, labels };
}

it('gives weight to what tells the labels apart, and none to the rest', async () => {
  const { store, labels } = planted(2000);
  const data = {
    store,
    variants: [Int32Array.from(labels.keys())],
    domains: new Uint16Array(labels.length),
    labels,
    weights: new Float64Array(labels.length).fill(1),
  };
  const options = { bits: 6, alpha: 1e-4, spread: 0, epochs: 5, seed: 'x', onRows: () => {} };
  const { weights, idf } = await fitHead(data, options);
  const mean = (from: number, to: number): number =>
    weights.subarray(from, to).reduce((sum, weight) => sum + weight, 0) / (to - from);
  assert.ok(mean(0, 8) > 1 && mean(56, 64) < -1, `${mean(0, 8)} ${mean(56, 64)}`);
  assert.ok(Math.abs(mean(8, 56)) < 0.2);
  // idf = ln((1 + n) / (1 + df)) + 1 with df counted anew here.
  let df = 0;
  for (let row = 0; row < store.rows; row += 1) {
    const ids = store.ids.subarray(store.offsets[row], store.offsets[row + 1]);
    if (ids.includes(20)) df += 1;
  }
  assert.ok(Math.abs((idf[20] ?? 0) - (Math.log(2001 / (1 + df)) + 1)) < 1e-5);
});

it('calls back for every row of every epoch, so that progress is true', async () => {
  const { store, labels } = planted(300);
  let rows = 0;
  await fitHead(
    {
      store,
      variants: [Int32Array.from(labels.keys())],
      domains: new Uint16Array(300),
      labels,
      weights: new Float64Array(300).fill(1),
    },
    { bits: 6, alpha: 1e-4, spread: 0, epochs: 4, seed: 'x', onRows: (count) => (rows += count) },
  );
  assert.equal(rows, 1200);
});

it('multiplies what a feature says by the number of large domains that know it, to the power of spread', async () => {
  const store = new FeatureStore();
  const bag = new Bag();
  // Feature 1 is in all three domains, feature 2 in one, feature 3 in a domain of one example only.
  const domains = Uint16Array.from({ length: 151 }, (_, i) => Math.floor(i / 50));
  for (const domain of domains) {
    fill(bag, [1, ...(domain === 0 ? [2] : domain === 3 ? [3] : [])]);
    store.push(bag);
  }
  const data = {
    store,
    variants: [Int32Array.from(domains.keys())],
    domains,
    labels: Uint8Array.from(domains, (_, i) => i % 2),
    weights: new Float64Array(151).fill(1),
  };
  const { idf } = await fitHead(data, {
    bits: 6,
    alpha: 1e-4,
    spread: 0.5,
    epochs: 1,
    seed: 'x',
    onRows: () => {},
  });
  const plain = (df: number): number => Math.log(152 / (1 + df)) + 1;
  assert.ok(Math.abs((idf[1] ?? 0) - plain(151) * Math.sqrt(3)) < 1e-5);
  assert.ok(Math.abs((idf[2] ?? 0) - plain(50)) < 1e-5);
  assert.ok(Math.abs((idf[3] ?? 0) - plain(1)) < 1e-5);
});

it('takes turns with the variants of the rows, epoch by epoch', async () => {
  const store = new FeatureStore();
  const bag = new Bag();
  for (let feature = 0; feature < 8; feature += 1) {
    fill(bag, [feature]);
    store.push(bag);
  }
  const data = {
    store,
    variants: [Int32Array.of(0, 1, 2, 3), Int32Array.of(4, 5, 6, 7)],
    domains: new Uint16Array(4),
    labels: Uint8Array.of(0, 0, 1, 1),
    weights: new Float64Array(4).fill(1),
  };
  const options = { bits: 6, alpha: 1e-3, spread: 0, seed: 'x', onRows: () => {} };
  const { weights } = await fitHead(data, { ...options, epochs: 4 });
  assert.ok(weights.subarray(0, 8).every((weight, i) => (i % 4 < 2 ? weight < 0 : weight > 0)));
});
