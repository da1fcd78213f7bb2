import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sourceRegistry } from '@ballast/detect';
import { pipelineSchema } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import { readSources } from './sources.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
});
after(() => rm(folder, { recursive: true }));

const withList = (file: string) =>
  pipelineSchema.parse({
    sources: [{ match: 'kept.example', trust: 'human' }],
    detector: { sourceLists: [{ file: join(folder, file), trust: 'synthetic', family: 'farms' }] },
  });

test('a list of sources joins the registry, and an entry of `sources` goes before it', async () => {
  await writeFile(join(folder, 'farms.txt'), '||farm.example^\nkept.example\n');
  const registry = sourceRegistry(await readSources(withList('farms.txt')));
  const at = (url: string) => registry({ source: 'crawl', url });
  assert.deepEqual(at('https://www.farm.example/1'), {
    family: 'farms',
    trust: 'synthetic',
    prior: undefined,
    match: 'farm.example',
  });
  assert.equal(at('https://kept.example/').trust, 'human');
  assert.equal(at('https://other.example/').trust, 'none');
});

test('a list that is missing or names nothing stops the start', async () => {
  await writeFile(join(folder, 'empty.txt'), '# nothing\n');
  for (const file of ['none.txt', 'empty.txt'])
    await assert.rejects(
      readSources(withList(file)),
      (error) =>
        error instanceof BallastError && error.code === 'BALLAST_DETECT_SOURCE_LIST' && error.exit === 78,
    );
});
