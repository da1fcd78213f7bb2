import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MapStore } from '../fixtures.ts';
import { surveyName, windowsPrefix } from '../snapshots.ts';
import { gatherArrivals } from './arrivals.ts';
import { countOf } from './histogram.ts';
import { Windows } from './windows.ts';

function windowsOf(documents: number, bin = 60): Windows {
  const windows = new Windows();
  for (let index = 0; index < documents; index += 1) windows.count('web', bin);
  return windows;
}

async function gathered(store: MapStore, own: ReadonlyMap<string, Windows> = new Map()) {
  const web = (await gatherArrivals(store, own)).get('web');
  assert.ok(web !== undefined);
  return web;
}

describe('gatherArrivals', () => {
  test('adds the partitions of a topic, its own ones as they are in memory', async () => {
    const store = new MapStore();
    await store.publish(`${windowsPrefix}documents.raw/0`, windowsOf(10).toJSON());
    await store.publish(`${windowsPrefix}documents.raw/1`, windowsOf(20).toJSON());
    assert.equal(countOf((await gathered(store)).long), 30);
    assert.equal(countOf((await gathered(store, new Map([['documents.raw/0', windowsOf(100)]]))).long), 120);
  });

  test('an earlier topic counts only while the present one is short', async () => {
    const store = new MapStore();
    await store.publish(`${windowsPrefix}documents.raw.old/0`, windowsOf(4_000, 10).toJSON());
    const early = await gathered(store, new Map([['documents.raw.new/0', windowsOf(100)]]));
    assert.equal(early.long[10], 4_000);
    const later = await gathered(store, new Map([['documents.raw.new/0', windowsOf(6_000)]]));
    assert.equal(later.long[10], 0);
    assert.equal(later.short[10], 0);
  });

  test('a survey and the stage see the same documents: they are never counted twice', async () => {
    const store = new MapStore();
    await store.publish(surveyName, { windows: windowsOf(2_000, 10).toJSON(), counted: [] });
    assert.equal(countOf((await gathered(store)).long), 2_000);
    const young = await gathered(store, new Map([['documents.raw/0', windowsOf(600)]]));
    assert.equal(countOf(young.long), 2_000);
    assert.equal(young.short[10], 0);
    const grown = await gathered(store, new Map([['documents.raw/0', windowsOf(2_100)]]));
    assert.equal(grown.long[10], 0);
  });

  test('a later survey goes before what the stage counted before it', async () => {
    const store = new MapStore();
    await store.publish(`${windowsPrefix}documents.raw.old/0`, windowsOf(5_000).toJSON());
    await store.publish(surveyName, {
      windows: windowsOf(700, 10).toJSON(),
      counted: [{ family: 'web', seen: 5_000 }],
    });
    const { long, short } = await gathered(store);
    assert.equal(long[10], 700);
    assert.ok((short[10] ?? 0) >= 500 && short[60] === 0);
  });
});
