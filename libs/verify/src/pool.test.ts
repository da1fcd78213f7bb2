import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mapInPool } from './pool.ts';

test('results keep the order of the items, whatever the width and the order they end in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(5)), fc.integer({ min: 0, max: 9 }), async (turns, width) => {
      const results = await mapInPool([...turns.entries()], width, async ([at, waits]) => {
        for (let turn = 0; turn < waits; turn += 1) await Promise.resolve();
        return at;
      });
      assert.deepEqual(results, [...turns.keys()]);
    }),
    { numRuns: 50 },
  );
});

test('after a failure nothing new is started, and what runs has ended before it is thrown', async () => {
  const started: number[] = [];
  let running = 0;
  const work = mapInPool([0, 1, 2, 3, 4, 5], 2, async (item) => {
    started.push(item);
    running += 1;
    await new Promise((resolve) => setTimeout(resolve, item === 1 ? 10 : 1));
    running -= 1;
    if (item === 0) throw new Error('first');
  });
  await assert.rejects(work, /first/);
  assert.deepEqual(started, [0, 1]);
  assert.equal(running, 0);
});
