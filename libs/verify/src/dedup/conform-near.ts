import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { VerifyVerdict } from '@ballast/document';
import { at, candidate, copyOf, near, outcomes } from './candidates.fixture.ts';
import type { OpenStorage } from './conform.ts';
import { openFirstSeenIndex } from './first-seen.ts';
import type { FirstSeenIndex } from './first-seen.ts';

/** The same rules for near-duplicates, which every storage passes too; bands are written as letters. */
export function nearConformance(name: string, open: OpenStorage): void {
  let opened = 0;
  const fresh = async (now?: () => number): Promise<FirstSeenIndex> => {
    opened += 1;
    const storage = await open(`near-${opened}`);
    return openFirstSeenIndex(storage, { table: 'table-1', ...(now === undefined ? {} : { now }) });
  };
  describe(`${name}: near-duplicates (P9 to P12)`, () => nearRules(fresh, open));
  describe(`${name}: near-duplicates that are only recorded`, () => recordRules(fresh));
  describe(`${name}: clusters`, () => clusterRules(fresh));
  describe(`${name}: expiry`, () => expiryRules(fresh));
}

type Fresh = (now?: () => number) => Promise<FirstSeenIndex>;

/** What the verdict says of another document. */
function said(verdict: VerifyVerdict | undefined): unknown {
  if (verdict === undefined || !('preset' in verdict)) return verdict?.reason;
  const { action, reason, duplicateOf, nearDuplicateOf } = verdict;
  return { action, reason, ...(duplicateOf && { duplicateOf }), ...(nearDuplicateOf && { nearDuplicateOf }) };
}

function nearRules(fresh: Fresh, open: OpenStorage): void {
  test('a document that shares one band of another is refused and names it', async () => {
    const index = await fresh();
    const [first, second] = await index.decide([near(7, 'a b c'), near(8, 'x y c')]);
    assert.deepEqual(said(first), { action: 'keep', reason: 'ok' });
    assert.deepEqual(said(second), {
      action: 'reject',
      reason: 'near_duplicate',
      duplicateOf: 'documents.raw/0/7',
    });
    await index.close();
  });

  test('an exact duplicate is called so, whatever bands it shares', async () => {
    const index = await fresh();
    const other = near(1, 'b');
    const original = near(2, 'a');
    const copy = near(3, 'b a', { signatures: original.signatures });
    const [, , verdict] = await index.decide([other, original, copy]);
    assert.deepEqual(said(verdict), {
      action: 'reject',
      reason: 'exact_duplicate',
      duplicateOf: 'documents.raw/0/2',
    });
    await index.close();
  });

  test('P9, the lost human: m is nearly n, n is judged anew after a kill and must not be refused', async () => {
    const index = await fresh();
    const n = near(1, 'a b');
    const before = await index.decide([n, near(2, 'b c')]);
    const anew = near(1, 'b c', { verdictOver: { action: 'reject', reason: 'too_short' } });
    assert.deepEqual(await index.decide([anew, near(2, 'z')]), before);
    assert.deepEqual(await index.recall([at(1), at(2)]), before);
    await index.close();
  });

  test('P9: a zombie that judges an acked position leaves no band behind', async () => {
    const index = await fresh();
    await index.settle({ topic: 'documents.raw', partition: 0 }, 1n);
    assert.deepEqual(await outcomes(index, near(1, 'a'), near(2, 'a')), ['settled', 'keep']);
    await index.close();
  });

  test('P10: a rejected document takes no band: a bogus failing check cannot shut a human text out', async () => {
    const index = await fresh();
    const bogus = near(1, 'a', { verdictOver: { action: 'reject', reason: 'check_failed' } });
    assert.deepEqual(await outcomes(index, bogus, near(2, 'a', { strength: 'presumed' })), [
      'check_failed',
      'keep',
    ]);
    await index.close();
  });

  test('P10: a near-duplicate takes no band: Y is nearly W and must not take the band that V needs', async () => {
    const index = await fresh();
    assert.deepEqual(await outcomes(index, near(1, 'w'), near(2, 'w x'), near(3, 'x v'), near(4, 'x')), [
      'keep',
      'near_duplicate',
      'keep',
      'near_duplicate',
    ]);
    await index.close();
  });

  test('P11: a machine text that arrives first does not displace the human text it was made from', async () => {
    const index = await fresh();
    const machine = near(1, 'a b', { strength: 'synthetic' });
    const original = near(2, 'b c', { strength: 'presumed' });
    const [, , later, rest] = await index.decide([
      machine,
      original,
      near(3, 'b'),
      near(4, 'a', { strength: 'synthetic' }),
    ]);
    assert.deepEqual(said((await index.recall([at(2)]))[0]), { action: 'keep', reason: 'ok' });
    assert.deepEqual(said(later), {
      action: 'reject',
      reason: 'near_duplicate',
      duplicateOf: 'documents.raw/0/2',
    });
    assert.deepEqual(said(rest), {
      action: 'reject',
      reason: 'near_duplicate',
      duplicateOf: 'documents.raw/0/1',
    });
    await index.close();
  });

  test('P11: a verified document is no near-duplicate of an unverified one', async () => {
    const index = await fresh();
    const verified = (offset: number) => near(offset, 'a', { verdictOver: { verified: true } });
    assert.deepEqual(await outcomes(index, near(1, 'a'), verified(2), verified(3), near(4, 'a')), [
      'keep',
      'keep',
      'near_duplicate',
      'near_duplicate',
    ]);
    await index.close();
  });

  test('an anchor document is never refused as a near-duplicate: it is recorded, also beside another anchor', async () => {
    const index = await fresh();
    const anchor = (offset: number, bands: string) => near(offset, bands, { strength: 'anchor' });
    const copy = { ...anchor(4, 'a'), signatures: anchor(2, 'a').signatures };
    const verdicts = await index.decide([
      near(1, 'a', { strength: 'presumed' }),
      anchor(2, 'a'),
      anchor(3, 'a b'),
      copy,
    ]);
    assert.deepEqual(verdicts.map(said), [
      { action: 'keep', reason: 'ok' },
      { action: 'keep', reason: 'ok' },
      { action: 'keep', reason: 'ok', nearDuplicateOf: 'documents.raw/0/2' },
      { action: 'reject', reason: 'exact_duplicate', duplicateOf: 'documents.raw/0/2' },
    ]);
    await index.close();
  });

  test('P12: a replay is no near-duplicate of its own root, nor of an earlier replay of the same bytes', async () => {
    const index = await fresh();
    const root = near(1, 'a b');
    const replay = (offset: number) => ({ ...root, position: at(offset), ...copyOf(1) });
    const verdicts = await index.decide([root, replay(5), replay(6), near(7, 'a')]);
    assert.deepEqual(verdicts.map(said), [
      { action: 'keep', reason: 'ok' },
      { action: 'keep', reason: 'ok' },
      { action: 'keep', reason: 'ok' },
      { action: 'reject', reason: 'near_duplicate', duplicateOf: 'documents.raw/0/6' },
    ]);
    await index.close();
  });

  test('P12: over other bytes a header that names the same root is no way past near-duplicates', async () => {
    const index = await fresh();
    const forged = (offset: number) => near(offset, 'a', copyOf(1, `bytes ${offset}`));
    assert.deepEqual(await outcomes(index, near(1, 'z'), forged(2), forged(3), forged(4)), [
      'keep',
      'keep',
      'near_duplicate',
      'near_duplicate',
    ]);
    await index.close();
  });

  test('P12: a replay of one root is still a near-duplicate of another document', async () => {
    const index = await fresh();
    const rejected = near(1, 'a', { verdictOver: { action: 'reject', reason: 'too_short' } });
    const replay = near(3, 'a', copyOf(1));
    assert.deepEqual(await outcomes(index, rejected, near(2, 'a'), replay), [
      'too_short',
      'keep',
      'near_duplicate',
    ]);
    await index.close();
  });

  test('text and bands of a document are decided in one transaction: a bad entry leaves none behind', async () => {
    const storage = await open('near-bad-entry');
    const index = await openFirstSeenIndex(storage, { table: 'table-1' });
    await storage.transact((transaction) => transaction.put('band', 'bad', 'no claim'));
    await assert.rejects(index.decide([near(1, 'a b', { signatures: ['t'] }), near(2, 'c bad')]), {
      code: 'BALLAST_VERIFY_INDEX_UNREADABLE',
    });
    assert.deepEqual(await outcomes(index, candidate(3, 't'), near(4, 'a b'), near(5, 'c')), [
      'keep',
      'keep',
      'keep',
    ]);
    await index.close();
  });
}

function recordRules(fresh: Fresh): void {
  test('they are kept, name the first one, and leave its bands to it', async () => {
    const index = await fresh();
    const record = { action: 'record' } as const;
    const verdicts = await index.decide([
      near(1, 'a', record),
      near(2, 'a b', record),
      near(3, 'a b', record),
    ]);
    assert.deepEqual(verdicts.map(said), [
      { action: 'keep', reason: 'ok' },
      { action: 'keep', reason: 'ok', nearDuplicateOf: 'documents.raw/0/1' },
      { action: 'keep', reason: 'ok', nearDuplicateOf: 'documents.raw/0/1' },
    ]);
    const [, later] = await index.decide([near(4, 'z', record), near(5, 'b')]);
    assert.deepEqual(said(later), {
      action: 'reject',
      reason: 'near_duplicate',
      duplicateOf: 'documents.raw/0/2',
    });
    await index.close();
  });
}

async function clusters(index: FirstSeenIndex, ...bands: readonly string[]): Promise<unknown[]> {
  const verdicts = await index.decide(bands.map((each, offset) => near(offset, each)));
  return verdicts.map((verdict) =>
    verdict !== undefined && 'cluster' in verdict && verdict.cluster !== undefined
      ? `${verdict.cluster.name.split('/')[2]}:${verdict.cluster.size}`
      : 'alone',
  );
}

function clusterRules(fresh: Fresh): void {
  test('a cluster grows with each document, refused ones too, and through their bands', async () => {
    const index = await fresh();
    assert.deepEqual(await clusters(index, 'a b', 'b c', 'c d', 'd', 'z'), [
      'alone',
      '0:2',
      '0:3',
      '0:4',
      'alone',
    ]);
    await index.close();
  });

  test('a document that bridges two clusters makes them one', async () => {
    const index = await fresh();
    assert.deepEqual(await clusters(index, 'a', 'a', 'b', 'b', 'b', 'b a', 'a', 'b'), [
      'alone',
      '0:2',
      'alone',
      '2:2',
      '2:3',
      '2:6',
      '2:7',
      '2:8',
    ]);
    await index.close();
  });

  test('exact copies count as well, a replay of a member does not', async () => {
    const index = await fresh();
    const one = candidate(1, 'a');
    const replay = candidate(4, 'a', copyOf(1));
    const verdicts = await index.decide([
      one,
      candidate(2, 'a'),
      candidate(3, 'a'),
      replay,
      candidate(5, 'a'),
    ]);
    assert.deepEqual(
      verdicts.map((verdict) =>
        verdict !== undefined && 'cluster' in verdict ? verdict.cluster?.size : undefined,
      ),
      [undefined, 2, 3, 3, 4],
    );
    await index.close();
  });

  test('the replay of a document that nothing is like makes no cluster', async () => {
    const index = await fresh();
    const verdicts = await index.decide([candidate(1, 'a'), candidate(2, 'a', copyOf(1))]);
    assert.ok(verdicts.every((verdict) => verdict !== undefined && !('cluster' in verdict)));
    await index.close();
  });
}

function expiryRules(fresh: Fresh): void {
  test('after its days a band no longer counts, the exact text still does', async () => {
    let day = 20_000;
    const index = await fresh(() => day * 86_400_000);
    const old = near(1, 'a', { expireDays: 3 });
    assert.deepEqual(await outcomes(index, old), ['keep']);
    day += 3;
    assert.deepEqual(await outcomes(index, near(2, 'a', { expireDays: 3 })), ['near_duplicate']);
    day += 1;
    const copy = near(4, 'z', { expireDays: 3, signatures: old.signatures });
    assert.deepEqual(await outcomes(index, near(3, 'a', { expireDays: 3 }), copy), [
      'keep',
      'exact_duplicate',
    ]);
    await index.close();
  });
}
