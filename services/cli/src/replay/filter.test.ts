import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFlags } from '../flags.ts';
import { filterArgs, filterOf, refusedFilterOf, waitingFilterOf } from './filter.ts';
import type { Waiting } from './filter.ts';

const filter = (...words: readonly string[]) => filterOf(readFlags(words, filterArgs));
const waits: Waiting = {
  position: { topic: 'documents.raw', partition: 0, offset: 7n },
  reason: 'p50',
  source: 'web',
  stratum: 'all',
  id: 'd7',
};

describe('the filter of a replay', () => {
  test('takes several values per flag, and is plain data', () => {
    assert.deepEqual(filter('--reason', 'empty', 'exact_duplicate', '--id', 'a', '--id', 'b'), {
      actions: [],
      reasons: ['empty', 'exact_duplicate'],
      sources: [],
      strata: [],
      ids: ['a', 'b'],
    });
  });

  test('actions divide what the table answers from what waits', () => {
    assert.equal(refusedFilterOf(filter('--action', 'wait'), 3), undefined);
    assert.equal(waitingFilterOf(filter('--action', 'reject', 'dead')), undefined);
    assert.deepEqual(refusedFilterOf(filter('--action', 'dead', 'wait'), 3)?.actions, ['dead']);
    assert.ok(waitingFilterOf(filter())?.(waits));
  });

  test('what waits is held against every part of it', () => {
    const accepts = (...words: readonly string[]): boolean | undefined =>
      waitingFilterOf(filter(...words))?.(waits);
    assert.equal(accepts('--reason', 'p50', '--source', 'web', '--stratum', 'all', '--id', 'd7'), true);
    for (const words of [
      ['--reason', 'p30'],
      ['--source', 'other'],
      ['--stratum', 'other'],
      ['--id', 'd8'],
      ['--from', 'documents.raw/0/8'],
      ['--to', 'documents.raw/0/6'],
      ['--from', 'documents.raw/1/0'],
    ])
      assert.equal(accepts(...words), false, words.join(' '));
    assert.equal(accepts('--from', 'documents.raw/0/7', '--to', 'documents.raw/0/7'), true);
  });

  test('a bound in time is when a document was refused, so it leaves out what waits', () => {
    const timed = filter('--from', '2026-01-02', '--to', '2026-01-03T00:00:00Z');
    assert.equal(waitingFilterOf(timed), undefined);
    const { since, until } = refusedFilterOf(timed, 1) ?? {};
    assert.deepEqual([since, until], [Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 3)]);
  });

  test('what is no filter is a usage error', () => {
    for (const words of [
      ['--action', 'drop'],
      ['--from', 'yesterday'],
      ['--to', 'documents.raw/1'],
      ['--from', '2026-13-45'],
    ])
      assert.throws(() => filter(...words), { code: 'BALLAST_CLI_USAGE' });
  });
});
