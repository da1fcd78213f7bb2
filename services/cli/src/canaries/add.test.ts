import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import { addCanaries } from './add.ts';
import type { AddCanaries } from './add.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-canaries-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function fileOf(lines: readonly (object | string)[]): string {
  const file = join(folder, `${(files += 1)}.jsonl`);
  writeFileSync(
    file,
    lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
  );
  return file;
}

const prose = (n: number): string =>
  `The keeper of house number ${n} wrote in the book that it would have been there for all of them to read, ` +
  'if only they had come with the others when they were asked to.';

const options = (change: Partial<AddCanaries>): AddCanaries => ({
  files: [],
  into: join(folder, `canaries-${(files += 1)}`, 'canaries.jsonl'),
  label: undefined,
  source: undefined,
  family: undefined,
  sources: [],
  ...change,
});

const linesIn = (file: string): readonly unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));

describe('addCanaries', () => {
  test('adds each text once, with the label, source and family of the flags over those of the line', async () => {
    const input = fileOf([
      { text: prose(1), source: 'blog', label: 'synthetic' },
      { text: prose(2) },
      { text: prose(2), extra: 1 },
    ]);
    const set = options({ files: [input, input], label: 'human', source: 'forum', family: 'people' });
    assert.deepEqual(await addCanaries(set), {
      added: 2,
      known: 4,
      unjudged: { short: 0, unsupported: 0, code: 0 },
    });
    assert.deepEqual(linesIn(set.into), [
      { text: prose(1), source: 'forum', family: 'people', label: 'human' },
      { text: prose(2), source: 'forum', family: 'people', label: 'human' },
    ]);
    assert.equal((await addCanaries(set)).added, 0);
  });

  test('keeps what was there, and says which of the new ones the model does not judge', async () => {
    const set = options({ source: 'web', label: 'human' });
    await addCanaries({ ...set, files: [fileOf([{ text: prose(1) }])] });
    const more = fileOf([
      { text: 'short' },
      { text: 'Это русский текст, и модель его не судит. '.repeat(6) },
    ]);
    const { added, unjudged } = await addCanaries({ ...set, files: [more] });
    assert.deepEqual([added, unjudged], [2, { short: 1, unsupported: 1, code: 0 }]);
    assert.equal(linesIn(set.into).length, 3);
  });

  test('refuses a text whose family has it under the other label, the family found in the registry too', async () => {
    const sources = pipelineSchema.parse({ sources: [{ match: 'blog*', family: 'people' }] }).sources;
    const set = options({ sources });
    await addCanaries({ ...set, files: [fileOf([{ text: prose(1), source: 'blog-a', label: 'human' }])] });
    const clash = fileOf([
      { text: prose(9), label: 'human' },
      { text: prose(1), source: 'blog-b', label: 'synthetic' },
    ]);
    await assert.rejects(addCanaries({ ...set, files: [clash] }), {
      code: 'BALLAST_DETECT_CANARY',
      message: /:2: family people has this text as human/,
    });
    assert.equal(linesIn(set.into).length, 1);
  });

  test('one bad line and nothing is added, nothing is left beside the file', async () => {
    const set = options({ label: 'human' });
    await addCanaries({ ...set, files: [fileOf([{ text: prose(1) }])] });
    const before = readFileSync(set.into, 'utf8');
    for (const bad of ['{"text": ', '{"text": ""}', '17', '{"label": "human"}']) {
      await assert.rejects(addCanaries({ ...set, files: [fileOf([{ text: prose(2) }, bad])] }), {
        code: 'BALLAST_DETECT_CANARY',
        message: /jsonl:2/,
      });
    }
    assert.equal(readFileSync(set.into, 'utf8'), before);
    assert.deepEqual(readdirSync(join(set.into, '..')), ['canaries.jsonl']);
  });

  test('of two that add at once neither loses what the other wrote', async () => {
    const set = options({ label: 'human' });
    await addCanaries({ ...set, files: [fileOf([{ text: prose(0) }])] });
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => addCanaries({ ...set, files: [fileOf([{ text: prose(n) }])] })),
    );
    const won = outcomes.filter(({ status }) => status === 'fulfilled').length;
    assert.ok(won >= 1);
    assert.equal(linesIn(set.into).length, 1 + won);
  });
});
