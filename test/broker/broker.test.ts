import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ownBroker, sharedBroker } from './shared.ts';
import { isOpen } from './ports.ts';

describe('the broker harness', () => {
  test('the broker all tests share accepts connections', async () => {
    const [host = '', port = ''] = (await sharedBroker()).bootstrap.split(',')[0]?.split(':') ?? [];
    assert.equal(await isOpen(host, Number(port)), true);
  });

  test('one node is ready within 5 s, again after SIGKILL, and gone after stop', async () => {
    const broker = await ownBroker();
    const port = Number(broker.bootstrap.split(':')[1]);
    assert.ok(broker.readyMs <= 5_000, `ready after ${broker.readyMs} ms`);
    const before = broker.nodes[0]?.pid;
    await broker.kill(0);
    assert.equal(await isOpen('127.0.0.1', port), false);
    await broker.restart(0);
    assert.notEqual(broker.nodes[0]?.pid, before);
    assert.match(broker.logTail(), /Kafka Server started/);
    const folder = dirname(dirname(broker.nodes[0]?.logFile ?? ''));
    await broker.stop();
    assert.equal(await isOpen('127.0.0.1', port), false);
    assert.equal(existsSync(folder), false, 'its folder is left behind');
  });

  test('a broker ends with the process that started it, even by SIGKILL', async () => {
    const main = new URL('main.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [chunk]: unknown[] = await once(child.stdout, 'data');
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(String(chunk))?.[1]);
    assert.equal(await isOpen('127.0.0.1', port), true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (let tries = 0; tries < 200 && (await isOpen('127.0.0.1', port)); tries += 1) await delay(100);
    assert.equal(await isOpen('127.0.0.1', port), false);
  });
});
