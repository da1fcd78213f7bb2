import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at, candidate, outcomes } from './candidates.fixture.ts';
import { firstSeenConformance } from './conform.ts';
import { openFirstSeenIndex } from './first-seen.ts';
import { MemoryStorage } from './memory.ts';
import type { IndexStorage } from './storage.ts';

const kept = new Map<string, MemoryStorage>();
firstSeenConformance('memory storage', (name) => {
  const storage = kept.get(name) ?? new MemoryStorage();
  kept.set(name, storage);
  return storage;
});

/** A storage whose flush is forgotten: the mistake the next tests must be able to see. */
function neverFlushed(storage: MemoryStorage): IndexStorage {
  return {
    read: (work) => storage.read(work),
    transact: (work) => storage.transact(work),
    flush: async () => {},
    sweep: (revise, limit) => storage.sweep(revise, limit),
    revision: () => storage.revision(),
    close: () => storage.close(),
  };
}

describe('a power cut after decide has returned', () => {
  test('loses no outcome and no claim', async () => {
    const storage = new MemoryStorage();
    const index = await openFirstSeenIndex(storage, { table: 't' });
    const stored = await index.decide([candidate(1, 'a')]);
    storage.crash();
    assert.deepEqual(await index.recall([at(1)]), stored);
    assert.deepEqual(await outcomes(index, candidate(2, 'a')), ['exact_duplicate']);
  });

  test('without the flush, two copies are each judged a duplicate of the other and both are lost', async () => {
    const storage = new MemoryStorage();
    const index = await openFirstSeenIndex(neverFlushed(storage), { table: 't' });
    // Partition 0 sends its refusal of 2 on; then the power goes before the claim of 1 is on disk.
    const first = candidate(1, 'a', { position: at(1, 1) });
    assert.deepEqual(await outcomes(index, first, candidate(2, 'a')), ['keep', 'exact_duplicate']);
    storage.crash();
    // After the restart another copy takes the claim and the replayed first one is refused as well.
    const other = candidate(3, 'a', { position: at(3, 2) });
    assert.deepEqual(await outcomes(index, other, first), ['keep', 'exact_duplicate']);
  });

  test('loses no mark: a zombie stays refused', async () => {
    const storage = new MemoryStorage();
    const index = await openFirstSeenIndex(storage, { table: 't' });
    await index.settle({ topic: 'documents.raw', partition: 0 }, 5n);
    storage.crash();
    assert.deepEqual(await outcomes(index, candidate(5, 'a')), ['settled']);
  });

  test('loses nothing that was recalled, though another verifier had committed it without a flush', async () => {
    const storage = new MemoryStorage();
    const dying = await openFirstSeenIndex(neverFlushed(storage), { table: 't' });
    await dying.decide([candidate(1, 'a')]);
    const heir = await openFirstSeenIndex(storage, { table: 't' });
    const recalled = await heir.recall([at(1)]);
    storage.crash();
    assert.deepEqual(await heir.recall([at(1)]), recalled);
  });
});

test('settled outcomes leave nothing but claims and marks behind', async () => {
  const storage = new MemoryStorage();
  const index = await openFirstSeenIndex(storage, { table: 't' });
  await index.decide(Array.from({ length: 100 }, (_, offset) => candidate(offset, `text ${offset}`)));
  await index.settle({ topic: 'documents.raw', partition: 0 }, 98n);
  assert.deepEqual([storage.count('outcome'), storage.count('claim'), storage.count('mark')], [1, 100, 1]);
});
