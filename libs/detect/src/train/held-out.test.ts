import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { auroc } from './metrics.ts';
import type { LabelledRow } from './corpus.ts';
import { cardWithout, combine, scoreHeldOut } from './held-out.ts';
import type { HeldOut } from './held-out.ts';
import { toyRows } from './toy.ts';

const generators = ['one', 'two'] as const;

/** Toy rows of two generators in turn. */
const rows: readonly LabelledRow[] = toyRows(60).map((row, n) =>
  row.label === 'human' ? row : { ...row, generator: generators[n % 2] },
);

/** The same, with a word that gives the label away in one domain alone, the other way round in the others. */
const treacherous = rows.map((row) => {
  const isTold = (row.label === 'human') === (row.domain === 'domain0');
  return isTold ? { ...row, text: `${row.text.slice(0, -1)} ${'shibboleth '.repeat(12).trim()}.` } : row;
});

const score = (of: readonly LabelledRow[], cache: string, seed = 1): Promise<HeldOut> =>
  scoreHeldOut({ rows: of, cache, families: generators.map((name) => [name]), epochs: 3, bits: 12, seed });

const separation = (
  { examples }: HeldOut,
  scores: Float64Array,
  isChosen: (row: number) => boolean,
): number => {
  const of = (label: boolean): number[] =>
    [...examples.keys()]
      .filter((i) => isChosen(i) && examples[i]?.isSynthetic === label && !Number.isNaN(scores[i]))
      .map((i) => scores[i] ?? 0);
  return auroc(of(false), of(true));
};

describe('scoreHeldOut', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-held-out-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('scores every row by a model that saw nothing of its domain', async () => {
    const held = await score(treacherous, join(folder, 'treacherous'));
    const { raw } = combine(held, held.domainOut);
    assert.ok([...raw].every(Number.isFinite));
    // What the other domains teach of the word is the opposite of the truth in domain0.
    const told = separation(held, raw, (i) => held.examples[i]?.domain === 'domain0');
    assert.ok(told < 0.3, `${told}`);
  });

  test('the second column has one family of generators per fold, which no model of it saw', async () => {
    const held = await score(rows, join(folder, 'families'));
    const { raw } = combine(held, held.generatorOut);
    for (const [i, { isSynthetic, generator }] of held.examples.entries()) {
      const family = generators[(held.fold[i] ?? 0) % 2];
      assert.equal(Number.isFinite(raw[i]), !isSynthetic || generator === family);
    }
  });

  test('a repeated run reads its fits, and one that lost some makes the same again', async () => {
    const cache = join(folder, 'cache');
    const first = await score(rows, cache);
    const fits = await readdir(cache);
    assert.equal(fits.length, 3 * 2 * first.foldCount);
    assert.deepEqual(await score(rows, cache), first);
    for (const fit of fits.slice(0, 5)) await unlink(join(cache, fit));
    assert.deepEqual(await score(rows, cache), first);
    await score(rows, cache, 2);
    assert.equal((await readdir(cache)).length, 2 * fits.length, 'another seed has fits of its own');
  });

  test('the card of a source holds the other domains alone', async () => {
    const held = await score(rows, join(folder, 'cache'));
    const scores = combine(held, held.domainOut);
    const { domains } = cardWithout(held, scores, (i) => held.examples[i]?.domain === 'domain1');
    assert.deepEqual(
      domains.map(({ domain }) => domain),
      ['domain0', 'domain2', 'domain3'],
    );
  });
});
