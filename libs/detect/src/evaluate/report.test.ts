import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attackNames } from '../attacks/attacks.ts';
import { seeded } from '../calibrate/random.ts';
import { prose, readingScorer } from '../fixtures.ts';
import { reportOn } from './report.ts';
import type { DetectReport, LabelledDocument } from './report.ts';

/** Documents whose llr is calibrated at even odds: unit normals of llr, 2.326 apart (AUROC .95). */
function documents(each: number, domain = 'a', moved = 0): readonly LabelledDocument[] {
  const distance = 2.326;
  const random = seeded(`documents/${domain}/${each}`);
  return [false, true].flatMap((isSynthetic) =>
    Array.from({ length: each }, (_, n) => {
      const x = random.normal() + (isSynthetic ? distance : 0);
      const text = prose(distance * x - distance ** 2 / 2 + moved, n);
      return { text, isSynthetic, domain, source: 'test' };
    }),
  );
}

const report = async (of: readonly LabelledDocument[], attacked = 0): Promise<DetectReport> =>
  await reportOn({ scorer: readingScorer(), documents: of, batch: 64, attacked });

describe('reportOn', () => {
  test('rates are those of the scores, and a domain with a shift shows in its false alarms', async () => {
    const { rates, domains, thresholds } = await report([
      ...documents(400),
      ...documents(200, 'shifted', 1.5),
    ]);
    assert.ok(
      rates !== undefined && rates.auroc.low < rates.auroc.value && rates.auroc.value < rates.auroc.high,
    );
    assert.ok(rates.auroc.value > 0.9 && rates.tprAt1.value < rates.tprAt5.value);
    assert.ok(thresholds.at1 > thresholds.at5);
    assert.deepEqual(
      domains.map(({ group, human, synthetic }) => [group, human, synthetic]),
      [
        ['shifted', 200, 200],
        ['a', 400, 400],
      ],
    );
    assert.ok((domains[0]?.fprAt5 ?? 0) > 2 * (domains[1]?.fprAt5 ?? 1));
  });

  test('calibrated scores have next to no error, and EM finds the planted shares', async () => {
    const { reliability, baseRates } = await report(documents(1_500));
    assert.ok(reliability.eceDebiased < 0.02, `${reliability.eceDebiased}`);
    for (const { planted, estimated } of baseRates) {
      assert.ok(Math.abs(estimated.value - planted) < 0.03, `${planted}: ${estimated.value}`);
      assert.ok(estimated.low < estimated.value && estimated.value < estimated.high);
    }
    const off = await report(documents(1_500, 'a', 1.5));
    assert.ok(off.reliability.eceDebiased > 0.08, `${off.reliability.eceDebiased}`);
  });

  test('what is not judged is counted by reason and label, and is in no rate', async () => {
    const short = { text: 'too short', isSynthetic: false, domain: 'a', source: 'test' };
    const nothing = { ...short, text: prose(0).replace('llrp0', 'llrnone'), isSynthetic: true };
    const { abstained, rates, documents: all } = await report([...documents(150), short, short, nothing]);
    assert.deepEqual(abstained, [
      { reason: 'short', human: 2, synthetic: 0 },
      { reason: 'no_score', human: 0, synthetic: 1 },
    ]);
    assert.deepEqual([rates?.human, rates?.synthetic, all], [150, 150, { human: 152, synthetic: 151 }]);
  });

  test('calibration error is told per domain, and not of a few rows', async () => {
    const { domains } = await report([
      ...documents(600),
      ...documents(600, 'shifted', 1.5),
      ...documents(40, 'few', 3),
    ]);
    const errorOf = (name: string): number | null | undefined =>
      domains.find(({ group }) => group === name)?.ece;
    assert.ok((errorOf('a') ?? 1) < 0.03 && (errorOf('shifted') ?? 0) > 0.08);
    assert.equal(errorOf('few'), null);
  });

  test('documents that others have rewritten are compared with their originals, and count nowhere else', async () => {
    const originals = documents(150).map((one, n) => ({ ...one, id: `d${n}` }));
    const synthetic = originals.filter(({ isSynthetic }) => isSynthetic).slice(0, 10);
    const rewrite = (one: LabelledDocument, attack: string, text: string, of = one.id) => ({
      ...one,
      text,
      rewritten: { attack, of },
    });
    const found = await report([
      ...originals.map((one) =>
        synthetic.some(({ id }) => id === one.id) ? { ...one, text: prose(5) } : one,
      ),
      ...synthetic.map((one, n) => rewrite(one, 'dipper', n < 3 ? prose(4) : prose(-4))),
      rewrite(originals[0] ?? assert.fail(), 'dipper', prose(4)),
      ...synthetic.slice(0, 4).map((one, n) => rewrite(one, 'lost', n === 0 ? prose(4) : 'short', 'unknown')),
    ]);
    assert.deepEqual(
      found.rewritten.map(({ loss, ...one }) => ({ ...one, loss: loss?.value })),
      [
        {
          attack: 'dipper',
          label: 'synthetic',
          documents: 10,
          pairs: 10,
          original: { at1: 1, at5: 1 },
          rewritten: { at1: 0.3, at5: 0.3 },
          loss: 0.7,
        },
        {
          attack: 'lost',
          label: 'synthetic',
          documents: 4,
          pairs: 0,
          original: undefined,
          rewritten: { at1: 0.25, at5: 0.25 },
          loss: undefined,
        },
        {
          attack: 'dipper',
          label: 'human',
          documents: 1,
          pairs: 1,
          original: { at1: 0, at5: 0 },
          rewritten: { at1: 1, at5: 1 },
          loss: -1,
        },
      ],
    );
    const [dipper] = found.rewritten;
    // Seven of ten lost: sd of the differences is √(0.7 · 0.3 · 10 / 9).
    const half = (1.96 * Math.sqrt((0.7 * 0.3 * 10) / 9)) / Math.sqrt(10);
    assert.ok(Math.abs((dipper?.loss?.low ?? 0) - (0.7 - half)) < 1e-9);
    assert.deepEqual(found.documents, { human: 150, synthetic: 150 });
  });

  test('length groups hold every judged document once', async () => {
    const long = documents(60).map((one) => ({ ...one, text: one.text.repeat(5) }));
    const { lengths } = await report([...documents(60), ...long]);
    assert.deepEqual(
      lengths.map(({ group, human }) => [group, human]),
      [
        ['under 400 characters', 60],
        ['800 to 1,499', 60],
      ],
    );
  });

  test('every edit is made on both labels; of those that change nothing visible none changes a rate', async () => {
    const { attacks } = await report(documents(200), 100);
    assert.deepEqual(
      attacks.map(({ attack }) => attack),
      ['none', ...attackNames],
    );
    const clean = attacks[0];
    for (const { attack, human, synthetic, tprAt5, fprAt5 } of attacks) {
      assert.deepEqual([human, synthetic], [100, 100]);
      if (['zero-width', 'whitespace', 'paragraph', 'homoglyph-cyrillic'].includes(attack))
        assert.deepEqual([tprAt5, fprAt5], [clean?.tprAt5, clean?.fprAt5], attack);
    }
  });

  test('data whose labels a trivial feature tells apart is refused', async () => {
    const leaking = documents(200).map((one) =>
      one.isSynthetic ? one : { ...one, text: one.text.replace(/\.$/, '') },
    );
    await assert.rejects(report(leaking), {
      code: 'BALLAST_TRAIN_DATA_LEAKS',
      exit: 65,
      message: /endsWithPunctuation/,
    });
  });

  test('one label alone has no rates and no shares, and still a report', async () => {
    const { rates, baseRates, domains } = await report(
      documents(50).filter(({ isSynthetic }) => !isSynthetic),
    );
    assert.equal(rates, undefined);
    assert.deepEqual(baseRates, []);
    assert.equal(domains[0]?.tprAt1, null);
  });

  test('progress counts every text, the edited ones too', async () => {
    const seen: [number, number][] = [];
    await reportOn({
      scorer: readingScorer(),
      documents: documents(150),
      batch: 64,
      attacked: 10,
      onProgress: (done, of) => seen.push([done, of]),
    });
    const of = 300 + 2 * 10 * (attackNames.length + 1);
    assert.deepEqual(seen.at(-1), [of, of]);
  });
});
