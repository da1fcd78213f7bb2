import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { takeReplicaSlot } from './replica-slot.ts';

const state = mkdtempSync(join(tmpdir(), 'ballast-slots-'));
after(() => rmSync(state, { recursive: true, force: true }));

/** Starts a process that takes a slot of the service and holds it until it is killed. */
async function replica(service: string) {
  const script = `
    import { takeReplicaSlot } from ${JSON.stringify(new URL('./replica-slot.ts', import.meta.url).href)};
    const slot = await takeReplicaSlot(${JSON.stringify(state)}, ${JSON.stringify(service)});
    process.stdout.write(slot.dir);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const [dir]: unknown[] = await once(child.stdout, 'data');
  return { child, name: basename(String(dir)) };
}

suite('replicas of a service on one host', { skip: process.platform !== 'linux' }, () => {
  test('each has a folder of its own, and services do not share them', async () => {
    using first = await takeReplicaSlot(state, 'verifier');
    using second = await takeReplicaSlot(state, 'verifier');
    using other = await takeReplicaSlot(state, 'detector');
    assert.deepEqual(
      [first, second, other].map(({ dir }) => basename(dir)),
      ['verifier-0', 'verifier-1', 'detector-0'],
    );
  });

  test('one that was killed leaves its folder to the next, one that is frozen does not', async () => {
    const [killed, frozen] = [await replica('oversampler'), await replica('oversampler')];
    assert.deepEqual([killed.name, frozen.name], ['oversampler-0', 'oversampler-1']);
    frozen.child.kill('SIGSTOP');
    killed.child.kill('SIGKILL');
    await once(killed.child, 'close');
    using next = await takeReplicaSlot(state, 'oversampler');
    using after = await takeReplicaSlot(state, 'oversampler');
    assert.deepEqual([basename(next.dir), basename(after.dir)], ['oversampler-0', 'oversampler-2']);
    frozen.child.kill('SIGKILL');
  });

  test('the others hear at once that one was killed, whoever began first; one that is frozen has not ended', async () => {
    const [earlier, frozen] = [await replica('mixer'), await replica('mixer')];
    using own = await takeReplicaSlot(state, 'mixer');
    const gone: string[] = [];
    const later = await replica('mixer');
    own.onSiblingGone((dir) => gone.push(basename(dir)));
    frozen.child.kill('SIGSTOP');
    for (const { child } of [earlier, later]) {
      const heard = gone.length;
      const since = performance.now();
      child.kill('SIGKILL');
      while (gone.length === heard && performance.now() - since < 5_000) await delay(5);
      assert.ok(gone.length > heard);
    }
    assert.deepEqual([...new Set(gone)].toSorted(), ['mixer-0', 'mixer-3']);
    frozen.child.kill('SIGKILL');
  });
});
