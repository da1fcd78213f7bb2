import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lanesOf, numbersOf, verdictOf } from './numbers.ts';
import type { VerdictFacts } from './numbers.ts';
import { StrataSums } from './strata-sums.ts';
import { TopicRates } from './topic-rates.ts';

const caps = { unverified: 0.2, total: 0.3 };
const bound = (u: number) => ({ f: 0, u });
const facts: VerdictFacts = {
  shares: { scope: 'cumulative', unverified: bound(0.19), total: bound(0.25) },
  caps,
  hasTable: true,
  judgedTokens: 1_000,
  commitsOver: 0,
  waiting: 0,
  isFeeding: false,
  damage: undefined,
};

describe('verdictOf', () => {
  test('holds while every bound is at or below its cap, whatever waits', () => {
    assert.equal(verdictOf({ ...facts, waiting: 900 }).state, 'holds');
    assert.match(verdictOf({ ...facts, waiting: 900 }).sentences.join(' '), /900 documents wait/);
    const full = { scope: 'cumulative', unverified: bound(0.2), total: bound(0.3) } as const;
    assert.equal(verdictOf({ ...facts, shares: full }).state, 'holds');
  });

  test('is broken by a bound above its cap, in all or in one commit, and by a log that cannot be read', () => {
    for (const broken of [
      { shares: { ...facts.shares, unverified: bound(0.201) } },
      { shares: { ...facts.shares, total: bound(0.301) } },
      { commitsOver: 1 },
      { damage: 'entry 7 is no Delta commit' },
    ])
      assert.equal(verdictOf({ ...facts, ...broken }).state, 'broken');
    const damage = 'entry 0 is no Delta commit';
    assert.deepEqual(verdictOf({ ...facts, hasTable: false, judgedTokens: 0, damage }).sentences, [
      "The table's log cannot be read: entry 0 is no Delta commit.",
      'No numbers of it are known.',
    ]);
  });

  test('waits before the first judged unit, and says what to do where there is no table', () => {
    assert.match(String(verdictOf({ ...facts, judgedTokens: 0 }).sentences), /first judged unit is filling/);
    const none = verdictOf({ ...facts, judgedTokens: 0, hasTable: false });
    assert.deepEqual(none, { state: 'filling', sentences: ['There is no table here yet: start the mixer.'] });
  });
});

describe('numbersOf a folder without a table', () => {
  test('nothing is kept or refused, and the caps are those of the configuration', () => {
    const { outcomes, refusals, caps: shown } = numbersOf({ data: undefined, refused: undefined }, caps);
    assert.deepEqual(Object.keys(outcomes), ['kept', 'rejected', 'deferred', 'dead']);
    for (const amount of Object.values(outcomes)) assert.deepEqual(amount, { documents: 0, tokens: 0 });
    assert.deepEqual([refusals, shown], [[], caps]);
  });
});

describe('lanesOf', () => {
  test('every lane is listed; one in which something waits says what would release it', () => {
    const listed = lanesOf((lane) => (lane === 'p50' ? { documents: 3 } : undefined));
    assert.equal(listed.length, 7);
    for (const { documents, note } of listed) assert.equal(note !== '', documents > 0);
  });
});

describe('TopicRates', () => {
  test('is the growth since the measurement before; the first sight of a topic has none', () => {
    const rates = new TopicRates();
    const at = (end: number) => [{ topic: 'documents.raw', end, lag: 0 }];
    assert.equal(rates.rows(at(500), 1_000)[0]?.perSecond, 0);
    const measured = at(700);
    assert.equal(rates.rows(measured, 3_000)[0]?.perSecond, 100);
    assert.equal(rates.rows(measured, 3_900)[0]?.perSecond, 100, 'the same measurement again');
    assert.equal(rates.rows(at(0), 5_000)[0]?.perSecond, 0, 'a topic that was created again');
  });
});

describe('StrataSums', () => {
  const ledger = (strata: { readonly [name: string]: number }) => ({
    strata: Object.fromEntries(
      Object.entries(strata).map(([name, tokens]) => [name, { documents: 1, tokens, repeatedTokens: 0 }]),
    ),
  });

  test('without a reference the largest come first, over all commits', () => {
    const sums = new StrataSums();
    sums.add(ledger({ news: 10, poetry: 30 }), undefined);
    sums.add(ledger({ news: 60 }), undefined);
    assert.deepEqual(sums.rows(), [
      { stratum: 'news', documents: 2, tokens: 70, reached: 0.7 },
      { stratum: 'poetry', documents: 1, tokens: 30, reached: 0.3 },
    ]);
  });

  test('against a reference the one furthest below its share comes first, with none of it too', () => {
    const sums = new StrataSums();
    sums.add(ledger({ news: 90, poetry: 10 }), { news: 0.5, poetry: 0.4, law: 0.1 });
    assert.deepEqual(
      sums.rows().map(({ stratum, reached, target }) => [stratum, reached, target]),
      [
        ['law', 0, 0.1],
        ['poetry', 0.1, 0.4],
        ['news', 0.9, 0.5],
      ],
    );
  });

  test('a ledger of another shape adds nothing', () => {
    const sums = new StrataSums();
    for (const strange of [null, 7, { strata: { news: 'many' } }, {}]) sums.add(strange, undefined);
    assert.deepEqual(sums.rows(), []);
  });
});
