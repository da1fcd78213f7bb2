import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MapStore, prose, readingScorer } from '../fixtures.ts';
import { sourceRegistry } from '../provenance/registry.ts';
import { calibrate, parseCanary } from './canaries.ts';
import type { Canary } from './canaries.ts';
import { countOf } from './histogram.ts';

const canaries: readonly Canary[] = [
  ...Array.from({ length: 12 }, (_, n): Canary => ({ text: prose(-1, n), source: 'web', label: 'human' })),
  ...Array.from({ length: 11 }, (_, n): Canary => ({ text: prose(2, n), source: 'web', label: 'synthetic' })),
  { text: 'too short', source: 'web', label: 'human' },
];
const setUp = () => ({
  scorer: readingScorer(),
  registry: sourceRegistry([]),
  batch: 5,
  store: new MapStore(),
});

describe('calibrate', () => {
  test('deals the canaries of each label evenly into folds, by family', async () => {
    const { families } = await calibrate({ ...setUp(), canaries });
    const web = families.get('web');
    assert.deepEqual(
      web?.folds.map(({ human }) => countOf(human)),
      [3, 3, 2, 2, 2],
    );
    assert.deepEqual(
      web.folds.map(({ synthetic }) => countOf(synthetic)),
      [3, 2, 2, 2, 2],
    );
    assert.equal(web.folds[0]?.human[55], 3);
    assert.deepEqual(web.kinds.get('short'), { human: 1, synthetic: 0 });
  });

  test('neither their order nor a repeated line changes the snapshot', async () => {
    const [first, second] = [setUp(), setUp()];
    await calibrate({ ...first, canaries });
    await calibrate({ ...second, canaries: [...canaries.toReversed(), ...canaries.slice(0, 5)] });
    assert.deepEqual(await second.store.read('calibration'), await first.store.read('calibration'));
  });

  test('scores again only when canaries, families, the model or its calibration change', async () => {
    const set = setUp();
    const first = await calibrate({ ...set, canaries });
    const { length } = set.scorer.calls;
    assert.equal((await calibrate({ ...set, canaries })).version, first.version);
    assert.equal(set.scorer.calls.length, length);
    const pooled = sourceRegistry([{ match: '*', trust: 'none', family: 'all' }]);
    assert.notEqual((await calibrate({ ...set, canaries, registry: pooled })).version, first.version);
    assert.notEqual((await calibrate({ ...set, canaries: canaries.slice(1) })).version, first.version);
    const other = { ...readingScorer(), id: 'ffffffffffffffff' };
    assert.notEqual((await calibrate({ ...set, canaries, scorer: other })).version, first.version);
    const { card } = readingScorer();
    const moved = { ...readingScorer(), card: { ...card, platt: [{ maxLength: null, a: 1, b: 0.5 }] } };
    const again = await calibrate({ ...set, canaries, scorer: moved });
    assert.notEqual(again.version, first.version);
    assert.equal(again.families.get('web')?.folds[0]?.human[55], 0);
    const fewer = { ...readingScorer(), card: { ...card, domains: card.domains.slice(1) } };
    assert.notEqual((await calibrate({ ...set, canaries, scorer: fewer })).version, again.version);
  });

  test('a canary speaks for the family it names, over that of its source', async () => {
    const named = canaries.map((canary) => ({ ...canary, family: 'forum' }));
    const { families } = await calibrate({ ...setUp(), canaries: named });
    assert.deepEqual([...families.keys()], ['forum']);
  });

  test('a line that is no canary is named with its field', () => {
    assert.deepEqual(parseCanary({ text: 't', label: 'human', id: '1' }, 'line 1'), {
      text: 't',
      source: 'unknown',
      label: 'human',
    });
    const broken = (parsed: unknown): void =>
      assert.throws(() => parseCanary(parsed, 'canaries.jsonl:7'), {
        code: 'BALLAST_DETECT_CANARY',
        message: /canaries\.jsonl:7/,
      });
    for (const parsed of [
      {},
      null,
      3,
      { text: '', label: 'human' },
      { text: 't', label: 'machine' },
      { label: 'human' },
    ])
      broken(parsed);
  });
});
