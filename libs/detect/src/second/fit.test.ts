import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { seeded } from '../calibrate/random.ts';
import { prose, readingScorer } from '../fixtures.ts';
import { scoreTexts } from '../score.ts';
import { writeClassifier } from './classifier.fixture.ts';
import { fitSecond } from './fit.ts';
import type { FitSecondOptions, SecondFit } from './fit.ts';
import { withSecond } from './open.ts';
import type { SecondOptions } from './open.ts';
import { ScoredTexts } from './scored-texts.ts';

let root = '';
let folder = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'ballast-fit-'));
  folder = join(root, 'classifier');
  await writeClassifier(folder, { sidecar: { share: 0.6, about: 'kept' } });
});
after(() => rm(root, { recursive: true }));

const settings = (model: string): SecondOptions => ({
  model,
  band: [0.1, 0.9],
  timeoutMs: 5_000,
  processes: 1,
  report: () => {},
});

/**
 * Rows of four domains. The first model says next to nothing about them (llr ±0.25 on average, sd 1); the words
 * that the second one knows say more: `mach` in four of five synthetic texts and one of five human ones.
 */
function rowsOf(each: number): readonly object[] {
  const random = seeded('fit');
  return ['a', 'b', 'c', 'd'].flatMap((domain) =>
    ['human', 'synthetic'].flatMap((label) =>
      Array.from({ length: each }, (_, n) => {
        const side = label === 'synthetic' ? 1 : -1;
        const isMarked = random.uniform() < (side === 1 ? 0.8 : 0.2);
        const llr = Math.round(10 * (0.25 * side + random.normal())) / 10;
        const words = `${isMarked ? 'mach' : 'hum'} `.repeat(1 + (n % 3));
        const number = n + 1_000 * side;
        return {
          id: `${domain}${label}${n}`,
          text: `${prose(llr, number)} ${words}in ${domain}.`,
          label,
          domain,
        };
      }),
    ),
  );
}

/** The classifier gives no number for these. */
const unreadable = [0, 1, 2].map((n) => ({
  id: `none${n}`,
  text: `${prose(0, 5_000 + n)} none.`,
  label: 'human',
  domain: 'a',
}));

const fit = async (change: Partial<FitSecondOptions> = {}): Promise<SecondFit> =>
  await fitSecond({
    first: readingScorer(),
    second: settings(folder),
    rows: [...rowsOf(70), ...unreadable],
    batch: 64,
    ...change,
  });

let plain: Promise<SecondFit> | undefined;
/** The fit to all rows, made once. */
const plainFit = async (): Promise<SecondFit> => await (plain ??= fit());

describe('fitSecond', () => {
  test('gives a calibration with which both together tell the labels apart and p is a frequency', async () => {
    const { sidecar, first, both, folds, judged, asked, unanswered } = await plainFit();
    assert.equal(folds, 'domain');
    assert.deepEqual(judged, { human: 283, synthetic: 280 });
    assert.ok(asked.human > 230 && asked.human < 283);
    assert.equal(unanswered, 3, 'counted, and left out of every rate');
    assert.deepEqual([first.human, both.human, both.synthetic], [280, 280, 280]);
    assert.ok(both.auroc.low > first.auroc.high, `${both.auroc.value} against ${first.auroc.value}`);
    assert.ok(both.ece < 0.07, `${both.ece}`);
    assert.deepEqual(
      sidecar.domains.map(({ domain }) => domain),
      ['a', 'b', 'c', 'd'],
    );
    assert.deepEqual([sidecar.share, sidecar.about], [0.6, 'kept']);
    const { mean = 9, sd = 9 } = sidecar.standard?.first ?? {};
    assert.ok(Math.abs(mean) < 0.15 && Math.abs(sd - 1) < 0.15, 'of the rows that were asked about');
  });

  test('what it writes is what the detector reads, and with it the texts fall on their sides', async () => {
    const { sidecar } = await plainFit();
    const model = join(root, 'fitted');
    await writeClassifier(model);
    const written = { ...sidecar, sha256: await hashIn(model) };
    await writeFile(join(model, 'detector.json'), JSON.stringify(written));
    const scorer = await withSecond(readingScorer(), settings(model));
    try {
      assert.deepEqual(scorer.card.domains, sidecar.domains);
      const rows = rowsOf(70);
      const texts = rows.map((row) => ('text' in row ? String(row.text) : ''));
      const llr = (await scoreTexts(texts, scorer, 64)).map((one) => one.llr ?? Number.NaN);
      const found = (label: string): number => {
        const own = llr.filter((_, i) => JSON.stringify(rows[i]).includes(`"label":"${label}"`));
        return own.filter((value) => value > 0).length / own.length;
      };
      // At even odds as many of either label lie on the wrong side, and few do.
      assert.ok(found('human') < 0.3 && found('synthetic') > 0.7, `${found('human')} ${found('synthetic')}`);
    } finally {
      await scorer.close();
    }
  });

  test('goes on after an interruption without asking about a text twice, to the same result', async () => {
    const partial = join(root, 'detector.json.partial');
    const whole = await plainFit();
    const stop = new AbortController();
    const asked: number[] = [];
    await assert.rejects(
      fit({
        partial,
        signal: stop.signal,
        onProgress: (phase, done) => {
          if (phase === 'second stage') stop.abort();
          if (phase === 'second stage') asked.push(done);
        },
      }),
      { name: 'AbortError' },
    );
    assert.deepEqual(asked, [256]);
    // A line that was cut off when the process was killed.
    await writeFile(partial, (await readFile(partial, 'utf8')).slice(0, -5));
    const again: number[] = [];
    const resumed = await fit({
      partial,
      onProgress: (phase, done) => {
        if (phase === 'second stage') again.push(done);
      },
    });
    assert.equal(again[0], 255 + 256);
    assert.deepEqual(resumed, whole);
    assert.ok(!existsSync(partial));
  });

  test('data that cannot carry a fit are refused by name', async () => {
    await assert.rejects(fit({ rows: rowsOf(20) }), { code: 'BALLAST_TRAIN_DATA_TOO_SMALL', exit: 65 });
    const sure = rowsOf(120).map((row) => ({
      ...row,
      text: prose('label' in row && row.label === 'human' ? -4 : 4),
    }));
    await assert.rejects(fit({ rows: sure }), {
      code: 'BALLAST_TRAIN_DATA_TOO_SMALL',
      message: /0 human and 0 synthetic rows lie in the band 0.1 to 0.9/,
    });
    const leaking = rowsOf(120).map((row) =>
      'text' in row && 'label' in row && row.label === 'human'
        ? { ...row, text: String(row.text).replace(/\.$/, '') }
        : row,
    );
    await assert.rejects(fit({ rows: leaking }), { code: 'BALLAST_TRAIN_DATA_LEAKS', exit: 65 });
  });
});

test('kept scores are of one classifier alone', async () => {
  const path = join(root, 'scores');
  const one = await ScoredTexts.open(path, 'one');
  await one.add([{ text: 'a', logOdds: 1.5 }]);
  assert.equal((await ScoredTexts.open(path, 'one')).of('a'), 1.5);
  assert.equal((await ScoredTexts.open(path, 'other')).of('a'), undefined);
});

async function hashIn(model: string): Promise<unknown> {
  const parsed: unknown = JSON.parse(await readFile(join(model, 'detector.json'), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'sha256' in parsed ? parsed.sha256 : '';
}
