import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { at, candidate, near } from './candidates.fixture.ts';
import { firstSeenConformance } from './conform.ts';
import { openFirstSeenIndex } from './first-seen.ts';
import { openLmdbIndex, openLmdbStorage } from './lmdb.ts';

const folder = await mkdtemp(join(tmpdir(), 'ballast-verify-'));
after(() => rm(folder, { recursive: true, force: true }));
firstSeenConformance('LMDB storage', (name) => openLmdbStorage(join(folder, name)));

const run = promisify(execFile);

/** Claims texts `text 0` … `text n-1` for one partition, in small transactions, and prints how many it kept. */
function claimingProgram(path: string, partition: number, texts: number): string {
  return `
    import { openLmdbIndex } from ${JSON.stringify(new URL('./lmdb.ts', import.meta.url).href)};
    import { at, candidate, outcomes } from ${JSON.stringify(new URL('./candidates.fixture.ts', import.meta.url).href)};
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

/** A disk of so many kilobytes, unmounted after the test; undefined where this user may not mount one. */
async function smallDisk(kilobytes: number, context: TestContext): Promise<string | undefined> {
  const path = await mkdtemp(join(folder, 'disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path]);
  } catch {
    return undefined;
  }
  context.after(() => run('umount', [path]));
  return path;
}

test('a disk of a few kilobytes stops the start with a clear error, not with a crash', async (context) => {
  const disk = await smallDisk(8, context);
  if (disk === undefined) return context.skip('this user may not mount a disk');
  await assert.rejects(openLmdbIndex(join(disk, 'index'), { table: 't' }), {
    code: 'BALLAST_VERIFY_INDEX_UNWRITABLE',
    exit: 74,
  });
});

test('a disk that fills up stops the decision; what was decided stands, the rest was never judged', async (context) => {
  const disk = await smallDisk(2_048, context);
  if (disk === undefined) return context.skip('this user may not mount a disk');
  const index = await openLmdbIndex(join(disk, 'index'), { table: 't' });
  const batch = (from: number) =>
    Array.from({ length: 100 }, (_, n) => near(from + n, `a${from + n} b${from + n}`));
  let from = 0;
  await assert.rejects(
    async () => {
      for (; from < 100_000; from += 100) await index.decide(batch(from));
    },
    { code: 'BALLAST_VERIFY_INDEX_UNWRITABLE' },
  );
  const recalled = await index.recall([at(from), at(from + 99)]);
  assert.deepEqual(recalled, [undefined, undefined]);
  await index.close();
});

test('an index of before, put back, is refused by a checkpoint that rests on more', async () => {
  const path = join(folder, 'put-back');
  const index = await openLmdbIndex(path, { table: 't' });
  await index.decide([near(1, 'a')]);
  await index.close();
  await cp(path, `${path}-copy`, { recursive: true });
  const later = await openLmdbIndex(path, { table: 't' });
  await later.decide([near(2, 'b')]);
  await later.decide([near(3, 'c')]);
  const witness = later.witness() ?? '';
  await later.confirm(witness);
  await later.close();
  const lost = { code: 'BALLAST_VERIFY_INDEX_LOST', exit: 78 };
  for (const [name, again] of [
    ['older', `${path}-copy`],
    ['empty', `${path}-none`],
  ] as const) {
    const found = await openLmdbIndex(again, { table: 't' });
    await assert.rejects(found.confirm(witness), lost, name);
    await found.close();
    // For good: the transactions of later starts must not make up the number.
    await assert.rejects(openLmdbIndex(again, { table: 't' }), lost, name);
  }
});

test('expired bands leave the file as documents pass', async () => {
  let day = 20_000;
  const storage = openLmdbStorage(join(folder, 'swept'));
  const index = await openFirstSeenIndex(storage, { table: 't', now: () => day * 86_400_000 });
  await index.decide([near(1, 'old other', { expireDays: 3 })]);
  const held = () => storage.read((view) => view.get('band', 'old') !== undefined);
  day += 3;
  await index.decide([near(2, 'b', { expireDays: 3 })]);
  assert.equal(await held(), true);
  day += 1;
  await index.decide([near(3, 'c', { expireDays: 3 })]);
  assert.equal(await held(), false);
  await index.close();
});
