import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BallastError } from '@ballast/stage';
import { hostErrors } from './errors.ts';
import { hostStage } from './host.ts';
import type { HostOptions } from './host.ts';
import { createLogger } from './log.ts';
import { createMetrics } from './metrics.ts';

/** A hosted stage, with everything it logs and prints. */
function host(run: HostOptions['run'], more: Partial<HostOptions> = {}) {
  const log: string[] = [];
  const printed: string[] = [];
  const logger = createLogger('detect', { stream: { write: (line) => void log.push(line) }, level: 'info' });
  const exit = hostStage({
    name: 'detect',
    run,
    ready: () => true,
    port: 0,
    metrics: createMetrics({ processMetrics: false }),
    logger,
    stderr: { write: (text: string) => void printed.push(text) },
    ...more,
  });
  const url = async (): Promise<string> => {
    for (;;) {
      const match = /"url":"(http:[^"]+)\/metrics"/.exec(log.join(''));
      if (match?.[1] !== undefined) return match[1];
      await delay(5);
    }
  };
  return { exit, log, printed, url };
}

/** Work that ends when it is asked to. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  await once(signal, 'abort');
}

suite('life of a hosted stage', () => {
  test('work that ends by itself ends the process with 0', async () => {
    assert.equal(await host(async () => {}).exit, 0);
  });

  test('SIGTERM stops new work, waits for what was begun, and ends with 0', async () => {
    let isDrained = false;
    const hosted = host(async (signal) => {
      await untilAborted(signal);
      await delay(50);
      isDrained = true;
    });
    await hosted.url();
    process.emit('SIGTERM', 'SIGTERM');
    assert.equal(await hosted.exit, 0);
    assert.ok(isDrained);
  });

  test('work that gives up with the abort is drained, too', async () => {
    const hosted = host(async (signal) => {
      await untilAborted(signal);
      signal.throwIfAborted();
    });
    await hosted.url();
    process.emit('SIGINT', 'SIGINT');
    assert.equal(await hosted.exit, 0);
  });

  test('work that does not drain in time ends with 75 and a warning', async () => {
    const hosted = host(() => new Promise(() => {}), { drainMsMax: 30 });
    await hosted.url();
    process.emit('SIGTERM', 'SIGTERM');
    assert.equal(await hosted.exit, 75);
    assert.match(hosted.log.join(''), /not drained in time/);
  });

  test('a second signal does not wait', async () => {
    const hosted = host(() => new Promise(() => {}));
    await hosted.url();
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGINT', 'SIGINT');
    assert.equal(await hosted.exit, 130);
  });

  test('no listener stays behind on the process', async () => {
    const before = process.listenerCount('SIGTERM');
    await host(async () => {}).exit;
    assert.equal(process.listenerCount('SIGTERM'), before);
  });
});

suite('errors of a hosted stage', () => {
  test('a BallastError ends with its own status, message and fix for the user', async () => {
    const kind = { code: 'BALLAST_TEST_DISK', exit: 74, fix: 'free some space' } as const;
    const hosted = host(() => Promise.reject(new BallastError(kind, 'the disk is full')));
    assert.equal(await hosted.exit, 74);
    assert.match(hosted.printed.join(''), /^BALLAST_TEST_DISK: the disk is full\n {3}fix: free some space/);
  });

  test('a bug ends with 70 and its stack in the log', async () => {
    const hosted = host(() => Promise.reject(new TypeError('undefined is not a function')));
    assert.equal(await hosted.exit, 70);
    const fatal: unknown = JSON.parse(hosted.log.at(-1) ?? '');
    assert.partialDeepStrictEqual(fatal, { level: 60, err: { type: 'TypeError' } });
  });

  test('an error while draining is not hidden by the stop', async () => {
    const hosted = host(async (signal) => {
      await untilAborted(signal);
      throw new TypeError('flush failed');
    });
    await hosted.url();
    process.emit('SIGTERM', 'SIGTERM');
    assert.equal(await hosted.exit, 70);
  });

  test('a port in use ends with 69 before any work begins', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    let hasBegun = false;
    const hosted = host(async () => void (hasBegun = true), { port });
    assert.equal(await hosted.exit, hostErrors.port.exit);
    assert.match(hosted.printed.join(''), new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}`));
    assert.equal(hasBegun, false);
    blocker.close();
  });
});

suite('pages of a hosted stage', () => {
  test('live always, ready only while it takes work, metrics for Prometheus', async () => {
    let isReady = false;
    const release = Promise.withResolvers<void>();
    const hosted = host(
      async (signal) => {
        await untilAborted(signal);
        await release.promise;
      },
      { ready: () => isReady },
    );
    const url = await hosted.url();
    const statusOf = async (path: string): Promise<number> => (await fetch(url + path)).status;
    assert.equal(await statusOf('/health/live'), 200);
    assert.equal(await statusOf('/health/ready'), 503);
    isReady = true;
    assert.equal(await statusOf('/health/ready'), 200);
    const metrics = await fetch(`${url}/metrics`);
    assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(await metrics.text(), /ballast_unaccounted_documents 0/);
    process.emit('SIGTERM', 'SIGTERM');
    assert.equal(await statusOf('/health/ready'), 503, 'a stopping process takes no work');
    assert.equal(await statusOf('/health/live'), 200);
    release.resolve();
    assert.equal(await hosted.exit, 0);
  });
});
