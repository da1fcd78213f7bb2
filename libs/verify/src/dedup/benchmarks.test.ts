import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readBenchmarks } from './benchmarks.ts';
import { Shingles } from './minhash.ts';

const folder = await mkdtemp(join(tmpdir(), 'ballast-benchmarks-'));
after(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const question =
  'A ferryman must carry a wolf, a goat and a cabbage across the river, but the boat holds only one of them.';
const riddles = await file('riddles.txt', `${question}\n\nToo short to be found by.\n`);
const shingles = new Shingles();

async function found(files: readonly string[], text: string): Promise<string | undefined> {
  const benchmarks = await readBenchmarks(files);
  shingles.read(text);
  return benchmarks.find(shingles);
}

describe('a document is contaminated by 13 words in a row', () => {
  const words = question.replaceAll(/[.,]/g, '').split(' ');

  test('wherever they stand, whatever their case, marks and line ends', async () => {
    const thirteen = words.slice(3, 16).join('\n').toUpperCase();
    assert.equal(await found([riddles], `He said: ${thirteen}! And went on for a while.`), 'riddles');
  });

  test('twelve are not enough, nor thirteen with one changed', async () => {
    assert.equal(await found([riddles], words.slice(0, 12).join(' ')), undefined);
    assert.equal(await found([riddles], words.slice(0, 13).with(6, 'sheep').join(' ')), undefined);
  });

  test('of a question and its answer together, and by the name the line gives', async () => {
    const line = {
      query: 'How many ways are there to seat six guests',
      text: 'at one round table? 120 ways',
      task: 'seating',
    };
    const path = await file('sets.jsonl', `${JSON.stringify({ text: question })}\n${JSON.stringify(line)}\n`);
    const text = 'how many ways are there to seat six guests at one round table';
    assert.equal(await found([path], text), 'seating');
    assert.equal(await found([path], question), 'sets');
  });

  test('the first run of words decides between two benchmarks', async () => {
    const other = await file(
      'other.txt',
      'one two three four five six seven eight nine ten up and down again',
    );
    const both = `one two three four five six seven eight nine ten up and down. ${question}`;
    assert.equal(await found([riddles, other], both), 'other');
    assert.equal(await found([riddles, other], `${question} ${both}`), 'riddles');
  });
});

test('items are counted, those of fewer than 13 words apart', async () => {
  const { items, tooShort } = await readBenchmarks([riddles]);
  assert.deepEqual({ items, tooShort }, { items: 2, tooShort: 1 });
});

test('many items stay apart', async () => {
  const line = (item: number): string =>
    Array.from({ length: 15 }, (_, word) => `w${'abcdefghij'[word % 10] ?? ''}${letters(item)}`).join(' ');
  const path = await file('many.txt', Array.from({ length: 3_000 }, (_, item) => line(item)).join('\n'));
  const benchmarks = await readBenchmarks([path]);
  for (let item = 0; item < 3_100; item += 1) {
    shingles.read(line(item));
    assert.equal(benchmarks.find(shingles), item < 3_000 ? 'many' : undefined);
  }
});

function letters(value: number): string {
  return Array.from(String(value), (digit) => 'klmnopqrst'[Number(digit)]).join('');
}

test('a file that is not there, or a line that is no item, stops with its place', async () => {
  const broken = await file('broken.jsonl', '{"text":"fine"}\n{"query":"no text"}\n');
  const refused = { code: 'BALLAST_VERIFY_BENCHMARK', exit: 66 };
  await assert.rejects(readBenchmarks([join(folder, 'nowhere.txt')]), { ...refused, message: /nowhere/ });
  await assert.rejects(readBenchmarks([broken]), { ...refused, message: /broken\.jsonl, line 2/ });
});
