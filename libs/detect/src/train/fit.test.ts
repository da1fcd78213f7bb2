import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seeded } from '../calibrate/random.ts';
import { Bag } from '../text/bag.ts';
import { fitHead } from './fit.ts';
import { FeatureStore } from './store.ts';

/** Rows of ten features out of 64; features below 8 occur only in rows of label 1, those from 56 only in 0. */
function planted(rows: number): { store: FeatureStore; labels: Uint8Array } {
  const random = seeded('planted');
  const store = new FeatureStore();
  const bag = new Bag();
  const labels = Uint8Array.from({ length: rows }, () => Number(random.uniform() < 0.5));
  for (const label of labels) {
    bag.clear();
    for (let i = 0; i < 9; i += 1) bag.add(8 + Math.floor(random.uniform() * 48));
    bag.add((label === 1 ? 0 : 56) + Math.floor(random.uniform() * 8));
    store.push(bag);
  }
  return { store, labels };
}

it('gives weight to what tells the labels apart, and none to the rest', async () => {
  const { store, labels } = planted(2000);
  const data = {
    store,
    rows: Int32Array.from(labels.keys()),
    labels,
    weights: new Float64Array(labels.length).fill(1),
  };
  const options = { bits: 6, alpha: 1e-4, epochs: 5, seed: 'x', onRows: () => {} };
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
    { store, rows: Int32Array.from(labels.keys()), labels, weights: new Float64Array(300).fill(1) },
    { bits: 6, alpha: 1e-4, epochs: 4, seed: 'x', onRows: (count) => (rows += count) },
  );
  assert.equal(rows, 1200);
});
