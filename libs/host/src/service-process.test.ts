import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';

const module = JSON.stringify(new URL('./service-process.ts', import.meta.url).href);
const hostErrors = JSON.stringify(new URL('./errors.ts', import.meta.url).href);

/** Runs a process that is nothing but serveProcess with what `read` (source text) gives. */
async function served(read: string) {
  const script = `
    import { BallastError } from '@ballast/stage';
    import { serveProcess } from ${module};
    import { hostErrors } from ${hostErrors};
    const open = () => void setInterval(() => undefined, 1_000);
    process.exitCode = await serveProcess('tester', 'usage: none', ${read});
  `;
  const started = performance.now();
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, BALLAST_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [status]: unknown[] = await once(child, 'close');
  return { status, stderr, ms: performance.now() - started };
}

describe('a service as a process', () => {
  test('asked for help prints its usage and ends with 0', async () => {
    const { status, stderr } = await served(`() => 'help'`);
    assert.deepEqual([status, stderr], [0, 'tester usage: none']);
  });

  test('ends with the status of what its flags are refused with, before anything runs', async () => {
    const { status, stderr } = await served(
      `() => { throw new BallastError(hostErrors.usage, '--port is no port'); }`,
    );
    assert.equal(status, 2);
    assert.match(stderr, /^BALLAST_HOST_USAGE: --port is no port/);
  });

  for (const [how, work, expected] of [
    ['its work is over', '', 0],
    ['its work has failed', `throw new BallastError({ ...hostErrors.usage, exit: 69 }, 'away');`, 69],
  ] as const)
    test(`is cut off when ${how} and something of it still holds on`, async () => {
      const { status, stderr, ms } = await served(
        `() => ({ port: 0, run: async ({ onOpen }) => { open(); onOpen(() => true); ${work} } })`,
      );
      assert.equal(status, expected, stderr);
      assert.ok(ms < 10_000, `${ms} ms`);
    });
});
