import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { at, candidate, firstSeenConformance } from './conform.ts';
import { openLmdbIndex, openLmdbStorage } from './lmdb.ts';

const folder = await mkdtemp(join(tmpdir(), 'ballast-verify-'));
after(() => rm(folder, { recursive: true, force: true }));
firstSeenConformance('LMDB storage', (name) => openLmdbStorage(join(folder, name)));

const run = promisify(execFile);

/** Claims texts `text 0` … `text n-1` for one partition, in small transactions, and prints how many it kept. */
function claimingProgram(path: string, partition: number, texts: number): string {
  return `
    import { openLmdbIndex } from ${JSON.stringify(new URL('./lmdb.ts', import.meta.url).href)};
    import { at, candidate, outcomes } from ${JSON.stringify(new URL('./conform.ts', import.meta.url).href)};
    const index = await openLmdbIndex(${JSON.stringify(path)}, { table: 'shared' });
    let kept = 0;
    for (let start = 0; start < ${texts}; start += 20) {
      const batch = Array.from({ length: 20 }, (_, n) =>
        candidate(0, 'text ' + (start + n), { position: at(start + n, ${partition}) }));
      kept += (await outcomes(index, ...batch)).filter((outcome) => outcome === 'keep').length;
    }
    await index.close();
    process.stdout.write('kept=' + kept + ';');
    process.exit(0);
  `;
}

test('processes share one index: of the copies in each, exactly one text is kept', async () => {
  const path = join(folder, 'shared');
  const programs = [0, 1, 2].map(async (partition) => {
    const program = claimingProgram(path, partition, 400);
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: import.meta.dirname,
    });
    return Number(/kept=(\d+);/.exec(stdout)?.[1]);
  });
  const kept = await Promise.all(programs);
  assert.equal(
    kept.reduce((sum, count) => sum + count, 0),
    400,
  );
  const index = await openLmdbIndex(path, { table: 'shared' });
  const recalled = await index.recall([at(399, 0), at(399, 1), at(399, 2)]);
  assert.equal(recalled.filter((verdict) => verdict?.action === 'keep').length, 1);
  await index.close();
});

test('a folder that cannot hold an index stops the start with a clear error', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, 'no folder');
  await assert.rejects(openLmdbIndex(join(file, 'index'), { table: 't' }), {
    code: 'BALLAST_VERIFY_INDEX_UNWRITABLE',
    exit: 74,
  });
});

test('a damaged or foreign data file stops the start with a clear error, not with a crash', async () => {
  const path = join(folder, 'damaged');
  const file = join(path, 'data.mdb');
  const index = await openLmdbIndex(path, { table: 't' });
  await index.decide(Array.from({ length: 500 }, (_, offset) => candidate(offset, `text ${offset}`)));
  await index.close();
  for (const length of [40_000, 8_192, 100]) {
    await truncate(file, length);
    await assert.rejects(
      openLmdbIndex(path, { table: 't' }),
      { code: 'BALLAST_VERIFY_INDEX_UNREADABLE' },
      `${length}`,
    );
  }
  const foreign = join(folder, 'foreign');
  await mkdir(foreign);
  await writeFile(join(foreign, 'data.mdb'), Buffer.alloc(65_536, 7));
  await assert.rejects(openLmdbIndex(foreign, { table: 't' }), { code: 'BALLAST_VERIFY_INDEX_UNREADABLE' });
});
