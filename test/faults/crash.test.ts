import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { CrashRun } from './crash-run.ts';

// The short version; `npm run crash` ends a larger run at 30 random moments and at every fail point.
const folder = mkdtempSync(join(tmpdir(), 'ballast-crash-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function assertExactlyOnce(run: CrashRun): Promise<void> {
  assert.equal(run.finish(), 0, 'documents unaccounted for');
  const check = await run.check();
  assert.deepEqual(check.lost, []);
  assert.deepEqual(check.duplicated, []);
  assert.equal(check.unreadableOff, 0);
  assert.deepEqual(check.breaches, []);
  assert.equal(check.kept + check.refused + check.waiting, 2_000);
}

describe('a run that is killed and started again', () => {
  test('loses nothing and writes nothing twice: SIGKILL of every process at three moments', async () => {
    const run = new CrashRun(join(folder, 'moments'), 2_000, 7);
    for (const ms of [700, 1_100, 1_500]) await run.killAfter(ms);
    await assertExactlyOnce(run);
  });

  test('loses nothing and writes nothing twice: ended between flush, ack and commit', async () => {
    const run = new CrashRun(join(folder, 'points'), 2_000, 8);
    for (const point of ['ingest:committed', 'decide:flushed', 'write:flushed', 'commit:linked']) {
      assert.equal(await run.killAt(point, 1), true, `${point} was not passed`);
    }
    await assertExactlyOnce(run);
  });
});
