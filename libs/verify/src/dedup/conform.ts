import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at, candidate, copyOf, outcomes } from './candidates.fixture.ts';
import type { Candidate } from './decide.ts';
import { openFirstSeenIndex } from './first-seen.ts';
import type { FirstSeenIndex } from './first-seen.ts';
import { nearConformance } from './conform-near.ts';
import type { IndexStorage } from './storage.ts';

/** Opens a storage under test; the same name again is the same storage, after a close. */
export type OpenStorage = (name: string) => IndexStorage | Promise<IndexStorage>;

/**
 * The suite every storage of a first-seen index passes: the rules P9 to P12 with the case that
 * breaks without each, transactions that are all or nothing, and entries that outlive a reopening.
 */
export function firstSeenConformance(name: string, open: OpenStorage): void {
  let opened = 0;
  const fresh = async (): Promise<FirstSeenIndex> => {
    opened += 1;
    return openFirstSeenIndex(await open(`fresh-${opened}`), { table: 'table-1' });
  };
  describe(`${name}: outcomes (P9)`, () => outcomeRules(fresh));
  describe(`${name}: who may claim (P10, P11)`, () => claimRules(fresh));
  describe(`${name}: replays and tables (P12)`, () => replayRules(fresh, open));
  nearConformance(name, open);
  describe(`${name}: transactions`, () => transactionRules(open));
}

function outcomeRules(fresh: () => Promise<FirstSeenIndex>): void {
  test('a position judged again gets its stored verdict, whatever is judged now', async () => {
    const index = await fresh();
    const [first] = await index.decide([candidate(1, 'a')]);
    const [again] = await index.decide([
      candidate(1, 'a', {
        strength: 'synthetic',
        verdictOver: { action: 'reject', reason: 'too_short', version: 'newer' },
      }),
    ]);
    assert.deepEqual(again, first);
    assert.deepEqual(await index.recall([at(1), at(2)]), [first, undefined]);
    await index.close();
  });

  test('the lost human: m is a duplicate of n, n is judged anew after a kill and must not be refused', async () => {
    const index = await fresh();
    assert.deepEqual(await outcomes(index, candidate(1, 'a'), candidate(2, 'a')), [
      'keep',
      'exact_duplicate',
    ]);
    const newer = candidate(1, 'a', { verdictOver: { action: 'reject', reason: 'check_failed' } });
    assert.deepEqual(await outcomes(index, newer), ['keep']);
    await index.close();
  });

  test('a stored verdict keeps every field', async () => {
    const index = await fresh();
    const rich = candidate(1, 'a', {
      verdictOver: {
        ratios: { top_2_gram: 0.125 },
        failed: ['line_punct_ratio'],
        verified: true,
        check: { kind: 'code', outcome: 'pass', trusted: true, passed: 3, total: 3 },
        textEdits: ['c4_line'],
      },
    });
    await index.decide([rich]);
    assert.deepEqual(await index.recall([at(1)]), [rich.verdict]);
    await index.close();
  });

  test('settling forgets outcomes up to the acked offset of that partition alone, and refuses them from then on', async () => {
    const index = await fresh();
    const elsewhere = candidate(1, 'e', { position: at(1, 1) });
    const otherTopic = candidate(1, 'o', { position: at(1, 0, 'documents.raw.file') });
    await index.decide([candidate(1, 'a'), candidate(2, 'b'), candidate(10, 'c'), elsewhere, otherTopic]);
    await index.settle({ topic: 'documents.raw', partition: 0 }, 2n);
    const recalled = await index.recall([at(1), at(2), at(10), at(1, 1), at(1, 0, 'documents.raw.file')]);
    assert.deepEqual(
      recalled.map((verdict) => verdict !== undefined),
      [false, false, true, true, true],
    );
    assert.deepEqual(await outcomes(index, candidate(2, 'late')), ['settled']);
    await index.close();
  });

  test('a zombie that judges an acked position leaves no claim behind', async () => {
    const index = await fresh();
    await index.decide([candidate(1, 'a')]);
    await index.settle({ topic: 'documents.raw', partition: 0 }, 1n);
    assert.deepEqual(await outcomes(index, candidate(1, 'zombie'), candidate(2, 'zombie')), [
      'settled',
      'keep',
    ]);
    await index.close();
  });

  test('a claim outlives its outcome: later copies are still duplicates', async () => {
    const index = await fresh();
    await index.decide([candidate(1, 'a')]);
    await index.settle({ topic: 'documents.raw', partition: 0 }, 1n);
    assert.deepEqual(await outcomes(index, candidate(2, 'a')), ['exact_duplicate']);
    await index.close();
  });

  test('a mark never moves back', async () => {
    const index = await fresh();
    await index.settle({ topic: 'documents.raw', partition: 0 }, 9n);
    await index.settle({ topic: 'documents.raw', partition: 0 }, 3n);
    assert.deepEqual(await outcomes(index, candidate(9, 'a'), candidate(10, 'a')), ['settled', 'keep']);
    await index.close();
  });

  test('offsets of different length keep their order', async () => {
    const index = await fresh();
    const far = at(0);
    const huge = { ...far, offset: 9_223_372_036_854_775_807n };
    await index.decide([candidate(9, 'a'), candidate(10, 'b'), candidate(0, 'c', { position: huge })]);
    await index.settle({ topic: 'documents.raw', partition: 0 }, 9n);
    const recalled = await index.recall([at(9), at(10), huge]);
    assert.deepEqual(
      recalled.map((verdict) => verdict !== undefined),
      [false, true, true],
    );
    await index.close();
  });
}

const anchor = (offset: number): Candidate => candidate(offset, 'a', { strength: 'anchor' });
const verified = (offset: number): Candidate =>
  candidate(offset, 'a', { strength: 'synthetic', verdictOver: { verified: true } });

function claimRules(fresh: () => Promise<FirstSeenIndex>): void {
  test('duplicates inside one batch resolve in order, as they would one by one', async () => {
    const texts = ['a', 'b', 'a', 'c', 'b', 'a'];
    const batch = texts.map((text, offset) => candidate(offset, text));
    const together = await fresh();
    const apart = await fresh();
    const single: string[] = [];
    for (const one of batch) single.push(...(await outcomes(apart, one)));
    assert.deepEqual(await outcomes(together, ...batch), single);
    assert.deepEqual(single, [
      'keep',
      'keep',
      'exact_duplicate',
      'keep',
      'exact_duplicate',
      'exact_duplicate',
    ]);
    await together.close();
    await apart.close();
  });

  test('a duplicate names the position that holds its text', async () => {
    const index = await fresh();
    const [, second] = await index.decide([candidate(7, 'a'), candidate(8, 'a')]);
    assert.ok(second !== undefined && 'duplicateOf' in second);
    assert.equal(second.duplicateOf, 'documents.raw/0/7');
    await index.close();
  });

  test('a rejected document takes no claim: a bogus failing check cannot shut a human text out', async () => {
    const index = await fresh();
    const bogus = candidate(1, 'poem', { verdictOver: { action: 'reject', reason: 'check_failed' } });
    const human = candidate(2, 'poem', { strength: 'presumed' });
    assert.deepEqual(await outcomes(index, bogus, human), ['check_failed', 'keep']);
    await index.close();
  });

  test('a duplicate takes no claim: Y duplicates W and must not take the signature that V needs', async () => {
    const index = await fresh();
    const w = candidate(1, 'w');
    const y = candidate(2, '', { signatures: ['x', 'w'] });
    const v = candidate(3, 'x');
    assert.deepEqual(await outcomes(index, w, y, v), ['keep', 'exact_duplicate', 'keep']);
    await index.close();
  });

  test('a machine copy that arrives first and waits for ever does not displace the human original', async () => {
    const index = await fresh();
    const machine = candidate(1, 'a', { strength: 'synthetic' });
    const original = candidate(2, 'a', { strength: 'presumed' });
    const later = candidate(3, 'a', { strength: 'p30' });
    assert.deepEqual(await outcomes(index, machine, original, later), ['keep', 'keep', 'exact_duplicate']);
    await index.close();
  });

  test('an anchor document is a duplicate of another anchor document only', async () => {
    const index = await fresh();
    const presumed = candidate(1, 'a', { strength: 'presumed', verdictOver: { verified: true } });
    const anchors = [2, 3].map((offset) => candidate(offset, 'a', { strength: 'anchor' }));
    assert.deepEqual(await outcomes(index, presumed, ...anchors), ['keep', 'keep', 'exact_duplicate']);
    await index.close();
  });

  test('a verified document is no duplicate of an unverified one, and both go on holding their text', async () => {
    const index = await fresh();
    assert.deepEqual(await outcomes(index, anchor(1), verified(2), anchor(3), verified(4), anchor(5)), [
      'keep',
      'keep',
      'exact_duplicate',
      'exact_duplicate',
      'exact_duplicate',
    ]);
    await index.close();
  });
}

function replayRules(fresh: () => Promise<FirstSeenIndex>, open: OpenStorage): void {
  test('a replay is no duplicate of its own root, and takes its claim over', async () => {
    const index = await fresh();
    const replay = candidate(5, 'a', copyOf(1));
    assert.deepEqual(await outcomes(index, candidate(1, 'a'), replay), ['keep', 'keep']);
    const [copy] = await index.decide([candidate(7, 'a')]);
    assert.ok(copy !== undefined && 'duplicateOf' in copy);
    assert.equal(copy.duplicateOf, 'documents.raw/0/5');
    await index.close();
  });

  test('a copy accepted here and deferred by the mixer does not shut out the next replay', async () => {
    const index = await fresh();
    const replays = [5, 6, 7].map((offset) => candidate(offset, 'a', copyOf(1)));
    assert.deepEqual(await outcomes(index, candidate(1, 'a'), ...replays), ['keep', 'keep', 'keep', 'keep']);
    await index.close();
  });

  test('nor does one whose root never claimed', async () => {
    const index = await fresh();
    const rejected = candidate(1, 'a', { verdictOver: { action: 'reject', reason: 'too_short' } });
    const replays = [5, 6].map((offset) => candidate(offset, 'a', copyOf(1)));
    assert.deepEqual(await outcomes(index, rejected, ...replays), ['too_short', 'keep', 'keep']);
    await index.close();
  });

  test('a header over other bytes passes its root once; the next such copy is a duplicate', async () => {
    const index = await fresh();
    const forged = [5, 6, 7].map((offset) => candidate(offset, 'a', copyOf(1, `bytes ${offset}`)));
    assert.deepEqual(await outcomes(index, candidate(1, 'a'), ...forged), [
      'keep',
      'keep',
      'exact_duplicate',
      'exact_duplicate',
    ]);
    await index.close();
  });

  test('a replay of one root is still a duplicate of another document', async () => {
    const index = await fresh();
    const rejected = candidate(1, 'a', { verdictOver: { action: 'reject', reason: 'too_short' } });
    const replay = candidate(3, 'a', copyOf(1));
    assert.deepEqual(await outcomes(index, rejected, candidate(2, 'a'), replay), [
      'too_short',
      'keep',
      'exact_duplicate',
    ]);
    await index.close();
  });

  test('the index of another table is refused by name', async () => {
    const index = await openFirstSeenIndex(await open('bound'), { table: 'table-1' });
    await index.close();
    const other = await open('bound');
    await assert.rejects(openFirstSeenIndex(other, { table: 'table-2' }), {
      code: 'BALLAST_VERIFY_INDEX_OF_OTHER_TABLE',
      exit: 78,
    });
    await other.close();
  });

  test('entries outlive a reopening', async () => {
    const before = await openFirstSeenIndex(await open('reopened'), { table: 'table-1' });
    const stored = await before.decide([candidate(1, 'a')]);
    await before.close();
    const after = await openFirstSeenIndex(await open('reopened'), { table: 'table-1' });
    assert.deepEqual(await after.recall([at(1)]), stored);
    assert.deepEqual(await outcomes(after, candidate(2, 'a')), ['exact_duplicate']);
    await after.close();
  });
}

function transactionRules(open: OpenStorage): void {
  test('a transaction reads what it wrote itself', async () => {
    const storage = await open('own-writes');
    const seen = await storage.transact((transaction) => {
      transaction.put('claim', 'k', 'v');
      return transaction.get('claim', 'k');
    });
    assert.equal(seen, 'v');
    await storage.close();
  });

  test('a transaction that throws writes nothing', async () => {
    const storage = await open('throwing');
    await storage.transact((transaction) => transaction.put('claim', 'k', 'before'));
    await assert.rejects(
      storage.transact((transaction) => {
        transaction.put('claim', 'k', 'after');
        transaction.put('claim', 'other', 'after');
        throw new Error('in the middle');
      }),
    );
    assert.deepEqual(await storage.read((view) => [view.get('claim', 'k'), view.get('claim', 'other')]), [
      'before',
      undefined,
    ]);
    await storage.close();
  });

  test('transactions started together do not see each other half done', async () => {
    const storage = await open('concurrent');
    const count = async (): Promise<void> =>
      storage.transact((transaction) => {
        const value = Number(transaction.get('meta', 'count') ?? '0');
        transaction.put('meta', 'count', String(value + 1));
      });
    await Promise.all(Array.from({ length: 50 }, count));
    assert.equal(await storage.read((view) => view.get('meta', 'count')), '50');
    await storage.close();
  });

  test('a flipped bit is an error, wherever it is, and never makes a duplicate of another document', async () => {
    const storage = await open('flipped');
    const index = await openFirstSeenIndex(storage, { table: 'table-1' });
    await index.decide([candidate(123, 'a')]);
    const entry = (await storage.read((view) => view.get('claim', 'a'))) ?? '';
    for (let place = 0; place < entry.length; place += 1) {
      const flipped = String.fromCharCode(entry.charCodeAt(place) ^ 1);
      await storage.transact((transaction) =>
        transaction.put('claim', 'a', entry.slice(0, place) + flipped + entry.slice(place + 1)),
      );
      await assert.rejects(index.decide([candidate(200 + place, 'a')]), {
        code: 'BALLAST_VERIFY_INDEX_UNREADABLE',
      });
    }
    await index.close();
  });

  test('an unreadable entry stops with a clear error and judges nothing', async () => {
    const storage = await open('corrupt');
    const index = await openFirstSeenIndex(storage, { table: 'table-1' });
    await storage.transact((transaction) => transaction.put('claim', 'bad', '{"not":"holders"}'));
    await assert.rejects(index.decide([candidate(1, 'good'), candidate(2, 'bad')]), {
      code: 'BALLAST_VERIFY_INDEX_UNREADABLE',
    });
    assert.deepEqual(await index.recall([at(1)]), [undefined]);
    await index.close();
  });
}
