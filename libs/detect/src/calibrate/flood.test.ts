import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DetectVerdict } from '@ballast/document';
import type { Record } from '@ballast/stage';
import { detect, documentsPerLook } from '../detect.ts';
import { optionsOf, prose, rawRecord } from '../fixtures.ts';
import type { Canary } from './canaries.ts';
import { seeded } from './random.ts';

const signal = AbortSignal.timeout(60_000);

/** A long document whose llr is that of a model of AUROC .90, d = 1.812. */
function long(synthetic: boolean, number: number, seed = 'web'): string {
  const distance = 1.812;
  const x = seeded(`${seed}/${synthetic}/${number}`).normal() + (synthetic ? distance : 0);
  return prose(distance * x - distance ** 2 / 2, number);
}

const canaries: readonly Canary[] = Array.from({ length: 600 }, (_, n) => ({
  text: long(n % 2 === 1, n, 'canary'),
  source: 'web',
  label: n % 2 === 1 ? 'synthetic' : 'human',
}));

/** Long human text until the source is trusted. */
const calm = Array.from({ length: 10 * documentsPerLook }, (_, n) => rawRecord(n, { text: long(false, n) }));

const flood = (text: (number: number) => string): readonly Record[] =>
  Array.from({ length: 5 * documentsPerLook }, (_, n) => rawRecord(100_000 + n, { text: text(n) }));

const isPresumed = (verdict: DetectVerdict): boolean =>
  verdict.action === 'keep' && verdict.pool === 'presumed';

const share = (verdicts: readonly DetectVerdict[]): number =>
  verdicts.filter(isPresumed).length / verdicts.length;

async function afterTrust(records: readonly Record[]): Promise<readonly DetectVerdict[]> {
  const stage = detect(optionsOf({ canaries }));
  const before = await stage.process(calm, signal);
  assert.ok(share(before.slice(-2 * documentsPerLook)) > 0.3, 'the source was never trusted');
  return await stage.process(records, signal);
}

describe('a source that sends human text until it is trusted, and then floods (P21, P22)', () => {
  test('with short synthetic texts: none is presumed human', async () => {
    assert.equal(share(await afterTrust(flood((n) => `Great product number ${n}, works well.`))), 0);
  });

  test('with synthetic text in a language that is not judged: none is presumed human', async () => {
    const text = (n: number): string => `Это отзыв номер ${n}, его написала модель, и он хорош. `.repeat(6);
    assert.equal(share(await afterTrust(flood(text))), 0);
  });

  test('with long synthetic texts: a third of the documents before the next look are, then none', async () => {
    const verdicts = await afterTrust(flood((n) => long(true, n)));
    const beforeLook = share(verdicts.slice(0, documentsPerLook));
    assert.ok(beforeLook > 0 && beforeLook <= 0.4, `${beforeLook} of the first ${documentsPerLook}`);
    assert.equal(share(verdicts.slice(documentsPerLook)), 0);
  });

  test('without canaries of its own nothing of it is ever presumed human, calm or flood (P23)', async () => {
    const scorer = optionsOf().scorer;
    const stage = detect(optionsOf({ scorer: { ...scorer, card: { ...scorer.card, domains: [] } } }));
    assert.equal(share(await stage.process(calm, signal)), 0);
    assert.equal(
      share(
        await stage.process(
          flood((n) => long(true, n)),
          signal,
        ),
      ),
      0,
    );
  });
});
