import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { BallastError } from '@ballast/stage';
import { openScorer } from '../onnx.ts';
import { trainDetector } from './detector.ts';
import type { TrainProgress } from './progress.ts';
import { toyRows } from './toy.ts';

const small = { bits: 12, epochs: 3 } as const;

describe('trainDetector', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-train-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('learns what tells the labels apart on domains it never saw', async () => {
    const out = join(folder, 'learns');
    const { card } = await trainDetector({ ...small, rows: toyRows(60), out });
    assert.equal(card.metrics.folds, 'domain');
    // Words of the other label in 30 % of the rows: no detector can pass 0.7.
    assert.ok(card.metrics.domainOut.auroc > 0.65 && card.metrics.domainOut.auroc < 0.75);
    assert.deepEqual(
      card.domains.map(({ domain }) => domain),
      ['domain0', 'domain1', 'domain2', 'domain3'],
    );
    assert.deepEqual(card.licences, ['CC0']);
    assert.deepEqual((await readdir(out)).toSorted(), ['MODEL_CARD.md', 'detector.json', 'model.onnx']);
    const scorer = await openScorer(out);
    assert.equal(scorer.id, card.id);
    const [human = 0, synthetic = 0] = await scorer.score([
      'we laughed and the dog was in the kitchen with mud on it, but it was cheap soup and rain',
      'nestled in the vibrant tapestry of the bustling realm, this seamless testament would delve',
    ]);
    assert.ok(human < 0 && synthetic > 0, `${human} ${synthetic}`);
    await scorer.close();
  });

  it('finds nothing where there is nothing to find', async () => {
    const { card } = await trainDetector({ ...small, rows: toyRows(60, 0), out: join(folder, 'nothing') });
    assert.ok(Math.abs(card.metrics.domainOutPooled.auroc - 0.5) < 0.08);
    // A calibrated model that knows nothing says so.
    assert.ok(card.domains.every(({ human }) => Math.abs(human[10] ?? 9) < 0.5));
  });

  it('gives the same bytes again, from an array or a stream', async () => {
    const rows = toyRows(40);
    const asynchronous = async function* (): AsyncGenerator {
      for (const row of rows) yield await Promise.resolve(row);
    };
    const first = await trainDetector({ ...small, rows, out: join(folder, 'a') });
    const second = await trainDetector({ ...small, rows: asynchronous(), out: join(folder, 'b') });
    assert.deepEqual(first, second);
    const other = await trainDetector({ ...small, rows, seed: 2, out: join(folder, 'c') });
    assert.notEqual(first.card.id, other.card.id);
  });

  it('goes on after the heads that an interrupted run had finished', async () => {
    const out = join(folder, 'interrupted');
    const rows = toyRows(40);
    const stop = new AbortController();
    const interrupted = trainDetector({
      ...small,
      rows,
      out,
      signal: stop.signal,
      onProgress: ({ phase }) => {
        if (phase.startsWith('delex')) stop.abort();
      },
    });
    await assert.rejects(interrupted, { name: 'AbortError' });
    assert.deepEqual((await readdir(join(out, '.partial'))).toSorted(), [
      'char.bin',
      'char.json',
      'word.bin',
      'word.json',
    ]);
    const phases: string[] = [];
    const onProgress = ({ phase }: TrainProgress): void => void phases.push(phase);
    const resumed = await trainDetector({ ...small, rows, out, onProgress });
    assert.ok(!phases.some((phase) => phase.startsWith('char')));
    assert.ok(phases.some((phase) => phase.startsWith('delex')));
    const whole = await trainDetector({ ...small, rows, out: join(folder, 'whole') });
    assert.equal(resumed.card.id, whole.card.id);
    assert.ok(!(await readdir(out)).includes('.partial'));
  });

  it('does not go on from heads of other rows', async () => {
    const out = join(folder, 'stale');
    const stop = new AbortController();
    const onProgress = ({ phase }: TrainProgress): void => {
      if (phase.startsWith('char')) stop.abort();
    };
    await assert.rejects(
      trainDetector({ ...small, rows: toyRows(40), out, onProgress, signal: stop.signal }),
    );
    const phases: string[] = [];
    const rows = toyRows(41);
    await trainDetector({ ...small, rows, out, onProgress: ({ phase }) => void phases.push(phase) });
    assert.ok(phases.some((phase) => phase.startsWith('word')));
  });

  it('leaves excluded domains, other languages, short and malformed rows out, and says how many', async () => {
    const rows = [
      ...toyRows(60),
      { id: 1, text: 'x '.repeat(200), label: 'human', lang: 'de' },
      { id: 2, text: 'x '.repeat(200), label: 'machine', lang: 'code' },
      { id: 3, text: 'too short', label: 'human' },
      { id: 4, text: 'x '.repeat(200), label: 'robot' },
      'no row',
    ];
    const { card, unused } = await trainDetector({
      ...small,
      rows,
      out: join(folder, 'excluded'),
      excludeDomains: (domain) => domain === 'domain2',
    });
    assert.deepEqual(unused, { malformed: 2, language: 2, short: 1, excluded: 120 });
    assert.deepEqual(
      card.domains.map(({ domain }) => domain),
      ['domain0', 'domain1', 'domain3'],
    );
  });

  it('folds by id when there is only one domain, and the card says so', async () => {
    const { card } = await trainDetector({ ...small, rows: toyRows(120, 0.4, 1), out: join(folder, 'one') });
    assert.equal(card.metrics.folds, 'id');
    assert.match(await readFile(join(folder, 'one', 'MODEL_CARD.md'), 'utf8'), /unseen ids/);
  });

  it('refuses data that a trivial feature tells apart', async () => {
    const rows = toyRows(60).map((row) => ({
      ...row,
      text: row.label === 'human' ? row.text : row.text.slice(0, -1),
    }));
    await assert.rejects(trainDetector({ ...small, rows, out: join(folder, 'leaky') }), (error) => {
      assert.ok(error instanceof BallastError);
      assert.equal(error.code, 'BALLAST_TRAIN_DATA_LEAKS');
      assert.equal(error.exit, 65);
      assert.match(error.message, /endsWithPunctuation 0\.00/);
      return true;
    });
  });

  it('refuses too little data', async () => {
    await assert.rejects(trainDetector({ ...small, rows: toyRows(5), out: join(folder, 'little') }), {
      code: 'BALLAST_TRAIN_DATA_TOO_SMALL',
      exit: 65,
    });
  });
});
