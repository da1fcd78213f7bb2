import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refresher } from './refresher.ts';

describe('Refresher', () => {
  test('waits for the first value alone; later ones come when they come', async () => {
    let value = 1;
    const pending: (() => void)[] = [];
    const refresher = new Refresher(
      () =>
        new Promise<number>((resolve) => {
          pending.push(() => resolve(value));
        }),
      0,
    );
    const first = refresher.latest(10_000);
    pending.shift()?.();
    assert.equal((await first).value, 1);
    value = 2;
    assert.equal((await refresher.latest(10_000)).value, 1, 'the old value, at once');
    pending.shift()?.();
    await refresher.settled();
    assert.equal((await refresher.latest(0)).value, 2);
    pending.shift()?.();
  });

  test('a source that is slow from the start holds nobody up longer than was said', async () => {
    const refresher = new Refresher(() => new Promise<number>(() => undefined), 0);
    assert.deepEqual(await refresher.latest(5), {
      value: undefined,
      problem: undefined,
      failingSince: undefined,
    });
  });

  test('one taking at a time, however many ask, and none before it is due', async () => {
    let taken = 0;
    const refresher = new Refresher(async () => (taken += 1), 60_000);
    await Promise.all([refresher.latest(1_000), refresher.latest(1_000), refresher.latest(1_000)]);
    await refresher.latest(0);
    assert.equal(taken, 1);
  });

  test('keeps the last value beside the failure, and knows since when it fails', async () => {
    const outcomes = ['good', new Error('away'), new Error('still away'), 'back'];
    const refresher = new Refresher(async () => {
      const next = outcomes.shift();
      if (next instanceof Error) throw next;
      return next;
    }, 0);
    const latest = [];
    for (let asked = 0; asked < 5; asked += 1) {
      // Each question starts a taking and is answered with the one before it, but for the first.
      latest.push(await refresher.latest(1_000));
      await refresher.settled();
    }
    assert.deepEqual(
      latest.map(({ value, problem }) => [value, problem instanceof Error ? problem.message : problem]),
      [
        ['good', undefined],
        ['good', undefined],
        ['good', 'away'],
        ['good', 'still away'],
        ['back', undefined],
      ],
    );
    assert.ok(latest[2]?.failingSince instanceof Date);
    assert.equal(latest[3]?.failingSince, latest[2].failingSince);
    assert.equal(latest[4]?.failingSince, undefined);
  });
});
