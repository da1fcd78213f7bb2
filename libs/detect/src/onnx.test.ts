import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { canonicalise } from './canonical.ts';
import { headNames } from './model/card.ts';
import { readTables } from './model/graph.ts';
import { referenceScorer } from './model/reference.ts';
import type { Scorer } from './model/scorer.ts';
import { unpackWeights } from './model/tables.ts';
import { openScorer } from './onnx.ts';
import { writeHeadAlone } from './train/head-alone.ts';

const shipped = fileURLToPath(new URL('../model', import.meta.url));

const prose =
  'When I first moved to the coast I thought the wind would never stop. It came in from the sea every ' +
  'morning, rattled the shutters and left salt on the windows.';
const chat =
  'Nestled in the heart of the bustling city, this vibrant establishment offers a delightful tapestry of ' +
  'flavors, seamlessly blending tradition and innovation to create an unforgettable dining experience.';

describe('the shipped model', () => {
  let scorer: Scorer;
  let reference: Scorer;
  before(async () => {
    scorer = await openScorer(shipped);
    reference = referenceScorer(scorer.card, readTables(await readFile(join(shipped, 'model.onnx'))));
  });
  after(() => scorer.close());

  it('agrees with the reference in TypeScript to 1e-4 on any text', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 2000 }),
      fc
        .array(fc.constantFrom(...prose.split(' '), ...chat.split(' '), 'Ωμέγα', '42', '👋'), {
          maxLength: 400,
        })
        .map((words) => words.join(' ')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 20 }), async (texts) => {
        const [found, wanted] = await Promise.all([scorer.score(texts), reference.score(texts)]);
        assert.equal(found.length, texts.length);
        for (const [i, score] of found.entries()) {
          assert.ok(Math.abs(score - (wanted[i] ?? Number.NaN)) < 1e-4, `${score} ${wanted[i]}`);
        }
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  it('gives the pinned scores, weights and idf', async () => {
    // Changes only with the weights: pin anew after training.
    assert.equal(scorer.id, 'e60a11f776415005');
    const [human = 0, synthetic = 0, empty = 0] = await scorer.score([prose, chat, '']);
    assert.ok(Math.abs(human - -0.7038) < 1e-3, `${human}`);
    assert.ok(Math.abs(synthetic - 2.1085) < 1e-3, `${synthetic}`);
    assert.ok(Math.abs(empty - -0.5328) < 1e-3, `${empty}`);
    const [word] = readTables(await readFile(join(shipped, 'model.onnx')));
    assert.ok(word !== undefined);
    // Bucket of the unigram `The` (pinned in features.test.ts).
    assert.equal(word.idf[283248], 44);
    assert.ok(Math.abs((unpackWeights(word)[283248] ?? 0) - 4.5703) < 1e-3);
  });

  it('scores a text alike to the last bit alone, in a batch, and in calls that overlap', async () => {
    const words = [...prose.split(' '), ...chat.split(' ')];
    const texts = Array.from({ length: 120 }, (_, n) =>
      Array.from({ length: 20 + 3 * n }, (__, at) => words[(at * (n + 7) + n) % words.length]).join(' '),
    );
    const together = await scorer.score(texts);
    const alone = await Promise.all(texts.map(async (text) => (await scorer.score([text]))[0]));
    assert.deepEqual(alone, [...together]);
    assert.equal((await scorer.score([])).length, 0);
  });

  it('scores the same whatever typography and invisible characters wrap the words in', async () => {
    const wrapped = chat.replaceAll('e', 'е\u200b').replaceAll(' ', '\n').replaceAll('o', 'ο');
    const [plain = 0, disguised = 1] = await scorer.score([canonicalise(chat), canonicalise(wrapped)]);
    assert.equal(disguised, plain);
  });

  it('is small, judges English, and names its data and licences', async () => {
    assert.ok((await readFile(join(shipped, 'model.onnx'))).byteLength <= 10_000_000);
    assert.deepEqual(scorer.card.languages, ['en']);
    assert.deepEqual(scorer.card.licences, ['CC BY 3.0', 'CC BY-SA 4.0', 'Apache-2.0']);
    assert.ok(scorer.card.metrics.domainOut.auroc >= 0.92);
    assert.ok(scorer.card.metrics.domainOut.tprAt1 >= 0.55);
  });
});

describe('openScorer', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-model-'));
    await cp(shipped, folder, { recursive: true });
  });
  after(() => rm(folder, { recursive: true }));

  it('says that a folder or file is missing', async () => {
    await assert.rejects(openScorer(join(folder, 'nowhere')), {
      code: 'BALLAST_DETECT_MODEL_MISSING',
      exit: 66,
    });
  });

  it('refuses a model that is not the one its card names, whichever file was changed', async () => {
    const corrupt = { code: 'BALLAST_DETECT_MODEL_CORRUPT', exit: 78 };
    const model = await readFile(join(folder, 'model.onnx'));
    await writeFile(join(folder, 'model.onnx'), model.subarray(0, 1_000_000));
    await assert.rejects(openScorer(folder), corrupt);
    await writeFile(join(folder, 'model.onnx'), model);
    const card = await readFile(join(folder, 'detector.json'), 'utf8');
    for (const broken of ['{', '{}', card.replace('"fnv1a-mix/1"', '"fnv1a-mix/0"')]) {
      await writeFile(join(folder, 'detector.json'), broken);
      await assert.rejects(openScorer(folder), corrupt);
    }
    await writeFile(join(folder, 'detector.json'), card);
    await (await openScorer(folder)).close();
  });

  it('names the layout of a model that another version wrote, instead of misreading it', async () => {
    const card = await readFile(join(folder, 'detector.json'), 'utf8');
    await writeFile(join(folder, 'detector.json'), card.replace('"format": 2', '"format": 1'));
    await assert.rejects(openScorer(folder), {
      code: 'BALLAST_DETECT_MODEL_LAYOUT',
      exit: 78,
      message: /layout 1; this version reads layout 2/,
    });
    await writeFile(join(folder, 'detector.json'), card);
  });

  it('opens one head of the model alone, and the heads together are their mean', async () => {
    const texts = [prose, chat, ''];
    const sums = new Float64Array(texts.length);
    for (const name of headNames) {
      const alone = join(folder, name);
      await writeHeadAlone(shipped, name, alone);
      const scorer = await openScorer(alone);
      for (const [i, score] of (await scorer.score(texts)).entries()) sums[i] = (sums[i] ?? 0) + score;
      await scorer.close();
    }
    const whole = await openScorer(shipped);
    for (const [i, score] of (await whole.score(texts)).entries())
      assert.ok(Math.abs(score - (sums[i] ?? Number.NaN) / headNames.length) < 1e-6);
    await whole.close();
    await assert.rejects(writeHeadAlone(join(folder, 'word'), 'char', join(folder, 'none')), RangeError);
  });

  it('closes once, after the calls before it, and scores no more', async () => {
    const scorer = await openScorer(shipped);
    const before = scorer.score([prose]);
    await Promise.all([scorer.close(), scorer.close()]);
    assert.equal((await before).length, 1);
    await assert.rejects(scorer.score([prose]), /closed/);
  });
});
