import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MapStore, readingScorer } from '../fixtures.ts';
import { Estimates } from './estimates.ts';
import { stabilityMax } from './drift.ts';
import { addTo, binOf, countInto, emptyHistogram } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import { seeded } from './random.ts';

const normal = (name: string, documents: number, mean: number): Histogram => {
  const random = seeded(name);
  const histogram = emptyHistogram();
  for (let n = 0; n < documents; n += 1) countInto(histogram, binOf(mean + random.normal()));
  return histogram;
};

/** 4,000 documents of human text, and then 600 more. */
const arrivals = (mean: number) => {
  const short = normal(`short ${mean}`, 600, mean);
  const long = normal('long', 4_000, -4);
  addTo(long, short);
  return new Map([['web', { short, long, seen: 4_600 }]]);
};

const context = () => ({
  scorer: readingScorer(),
  calibration: { version: '1', families: new Map() },
  tau: 0.1,
  store: new MapStore(),
});

describe('Estimates.follow', () => {
  test('publishes anew when the scores of a source move though its share does not', async () => {
    const under = context();
    const before = await Estimates.follow(under, arrivals(-4), undefined);
    assert.ok(before.of('web').stability < 0.1);
    assert.equal(await Estimates.follow(under, arrivals(-4), before), before);

    const moved = await Estimates.follow(under, arrivals(-6), before);
    assert.ok(moved.of('web').stability > stabilityMax);
    assert.ok(Math.abs(moved.of('web').share - before.of('web').share) < 0.01);
    assert.notEqual(moved.version, before.version);
    assert.equal(await Estimates.follow(under, arrivals(-6), moved), moved, 'once');

    const calm = await Estimates.follow(under, arrivals(-4), moved);
    assert.ok(calm.of('web').stability < 0.1, 'and again when they come back');
  });
});
