import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openCanaryFile } from './canary-file.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-file-'));
});
after(() => rm(folder, { recursive: true }));

const line = (text: string): string => `${JSON.stringify({ text, source: 'web', label: 'human' })}\n`;

async function watched(name: string) {
  const path = join(folder, name);
  await writeFile(path, line('one'));
  const told: string[] = [];
  const refused: boolean[] = [];
  const file = await openCanaryFile(path, {
    logger: { info: () => told.push('info'), error: () => told.push('error') },
    metrics: { setCanariesRefused: (isRefused) => refused.push(isRefused) },
  });
  const texts = async () => (await file.renew())?.map(({ text }) => text);
  return { path, file, told, refused, texts };
}

describe('the canaries of a running detector', () => {
  test('are given again once after the file was replaced, and not while it stays', async () => {
    const { path, file, told, texts } = await watched('replaced');
    assert.equal(file.canaries.length, 1);
    assert.equal(await texts(), undefined);
    await writeFile(`${path}.new`, line('one') + line('two'));
    await rename(`${path}.new`, path);
    assert.deepEqual(await texts(), ['one', 'two']);
    assert.equal(await texts(), undefined);
    assert.deepEqual(told, ['info']);
  });

  test('stay what they were while the file cannot be read, which is told once, and follow it when mended', async () => {
    const { path, told, refused, texts } = await watched('broken');
    await writeFile(path, '{"text": "cut o');
    assert.equal(await texts(), undefined);
    assert.equal(await texts(), undefined);
    await rm(path);
    assert.equal(await texts(), undefined);
    assert.deepEqual(
      [told, refused],
      [
        ['error', 'error'],
        [false, true, true],
      ],
    );
    await writeFile(path, line('mended'));
    assert.deepEqual(await texts(), ['mended']);
    assert.equal(refused.at(-1), false);
  });

  test('are no others when the file is only written again with the same lines', async () => {
    const { path, told, texts } = await watched('again');
    await writeFile(path, `\n${line('one')}`);
    assert.equal(await texts(), undefined);
    assert.deepEqual(told, []);
  });
});

test('without a file there are no canaries and never will be', async () => {
  const file = await openCanaryFile(undefined, { logger: { info: () => {}, error: () => {} } });
  assert.deepEqual(file.canaries, []);
  assert.equal(await file.renew(), undefined);
});
