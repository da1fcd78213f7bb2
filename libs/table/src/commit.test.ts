import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { shardWriters } from '@ballast/shard';
import * as fc from 'fast-check';
import { audit } from './audit.ts';
import { commit } from './commit.ts';
import { noCounts } from './counts.ts';
import type { LogState } from './log.ts';
import { localStore } from './store.ts';
import type { Store } from './store.ts';
import { openTable } from './table.ts';

const directory = await mkdtemp(join(tmpdir(), 'ballast-commit-'));
after(() => rm(directory, { recursive: true }));

describe('commits under fire', () => {
  test('two owners per partition and ambiguous failures: every document once, none lost', async () => {
    const root = await mkdtemp(join(directory, 'fire-'));
    const documents = 45;
    const contender = fileURLToPath(new URL('contender.fixture.ts', import.meta.url));
    const processes = [0, 1, 0, 1].map((partition, seed) =>
      spawn(process.execPath, [contender, root, String(partition), String(documents), String(seed + 1)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    );
    const exits = await Promise.all(processes.map(async (child) => (await once(child, 'exit'))[0]));
    assert.deepEqual(exits, [0, 0, 0, 0]);
    const { dataState, refusedState } = await openTable(root);
    // 45 documents per partition, of which offsets 7, 17, 27 and 37 are too long.
    assert.equal(dataState.totals.rows, 2 * 41);
    assert.equal(refusedState.totals.rows, 2 * 4);
    const report = await audit(root);
    assert.deepEqual(report.breaches, []);
    assert.deepEqual(
      report.notes.filter((note) => note.includes('below the greatest position')),
      [],
    );
  });

  test('whatever ranges zombies try in whatever order, the log covers each offset once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            owner: fc.nat(2),
            lane: fc.nat(1),
            length: fc.integer({ min: 1, max: 4 }),
            stale: fc.boolean(),
            fails: fc.nat(5),
          }),
          { maxLength: 25 },
        ),
        async (attempts) => {
          const inner = memoryStore();
          let failing = 0;
          const store: Store = {
            ...inner,
            async putIfAbsent(key, bytes) {
              if (failing === 1) throw new Error('before');
              const outcome = await inner.putIfAbsent(key, bytes);
              if (failing === 2) throw new Error('after');
              return outcome;
            },
          };
          const { data } = await openTable('', { store: inner });
          const bases: LogState[] = [];
          const expected = new Map<string, bigint>();
          for (const { owner, lane, length, stale, fails } of attempts) {
            const own = await openTable('', { store });
            const base = stale ? (bases[owner] ?? own.dataState) : own.dataState;
            bases[owner] = base;
            const partition = `documents.${['human', 'p50'][lane]}/0`;
            const from = base.offsets.get(partition)?.next ?? 0n;
            const to = from + BigInt(length) - 1n;
            failing = fails;
            const result = await commit(own.data, base, addition(partition, from, to)).catch(
              (error: unknown) => String(error),
            );
            failing = 0;
            if (typeof result === 'string') assert.equal(result, 'Error: before');
            else if (result.outcome === 'committed') {
              assert.equal(from, expected.get(partition) ?? 0n, 'a commit goes on where the last one ended');
              expected.set(partition, to + 1n);
            } else if (result.outcome === 'already') assert.ok(to < (expected.get(partition) ?? 0n));
          }
          const state = await data.refresh();
          for (const [partition, next] of expected) assert.equal(state?.offsets.get(partition)?.next, next);
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });

  test('an empty consumption may be committed to state the flow', async () => {
    const root = await mkdtemp(join(directory, 'flow-'));
    const { tableSink } = await import('./sink.ts');
    await using writers = shardWriters();
    const sink = await tableSink({ root, writers });
    const result = await sink.commit({ offsets: {}, marks: {}, ledger: { flow: { waiting: 0 } } });
    assert.deepEqual(result, { outcome: 'committed', version: 1 });
  });
});

describe('the local store', () => {
  test('one of many concurrent creators wins, and its bytes stay', async () => {
    const store = localStore(await mkdtemp(join(directory, 'store-')));
    for (let round = 0; round < 5; round += 1) {
      const key = `below/${round}.json`;
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, async (_, each) => ({
          each,
          outcome: await store.putIfAbsent(key, Buffer.from(String(each))),
        })),
      );
      const winners = outcomes.filter(({ outcome }) => outcome === 'created');
      assert.equal(winners.length, 1);
      assert.equal(String(Buffer.from((await store.get(key)) ?? [])), String(winners[0]?.each));
    }
    assert.deepEqual(await store.list('below/'), ['0.json', '1.json', '2.json', '3.json', '4.json']);
    assert.deepEqual(await store.list('nowhere/'), []);
    assert.equal(await store.get('nowhere'), undefined);
  });
});

function addition(partition: string, from: bigint, to: bigint) {
  return {
    ranges: new Map([[partition, { from, to, marks: {} }]]),
    shards: [],
    counts: noCounts,
    generation: 0,
    limits: { unverified: 0.2, total: 0.3, repeatedTokens: 0.05 },
    configSha256: '',
    deferredFromLanes: [],
    keptCopies: [],
    ledger: null,
  };
}

function memoryStore(): Store {
  const objects = new Map<string, Uint8Array>();
  return {
    putIfAbsent: (key, bytes) => {
      if (objects.has(key)) return Promise.resolve('exists');
      objects.set(key, bytes);
      return Promise.resolve('created');
    },
    get: (key) => Promise.resolve(objects.get(key)),
    list: (prefix) =>
      Promise.resolve(
        [...objects.keys()]
          .filter((key) => key.startsWith(prefix))
          .map((key) => key.slice(prefix.length))
          .toSorted(),
      ),
  };
}
