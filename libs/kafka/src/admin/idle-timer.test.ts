import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { z } from 'zod';
import { calmIdleTimers } from './idle-timer.ts';

interface Queue {
  throttledUntil: number;
  throttleCheckTimeoutId: unknown;
  scheduleCheckPendingRequests(): void;
  destroy(): void;
}

const RequestQueue = z
  .custom<new (options: object) => Queue>((found) => typeof found === 'function')
  .parse(createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js'));
const queues: Queue[] = [];
const idleQueue = (): Queue => {
  const logger = { debug: () => undefined };
  const queue = new RequestQueue({ requestTimeout: 1_000, clientId: 'test', broker: 'none', logger });
  queues.push(queue);
  return queue;
};
after(() => {
  for (const queue of queues) queue.destroy();
});

test('a connection with nothing to do arms a timer of 1 ms, and none once it is calmed', () => {
  const before = idleQueue();
  before.scheduleCheckPendingRequests();
  assert.notEqual(before.throttleCheckTimeoutId, null);
  assert.equal(calmIdleTimers(), true);
  const calm = idleQueue();
  calm.scheduleCheckPendingRequests();
  assert.equal(calm.throttleCheckTimeoutId, null);
});

test('a throttled connection still wakes up', () => {
  calmIdleTimers();
  const throttled = idleQueue();
  throttled.throttledUntil = Date.now() + 60_000;
  throttled.scheduleCheckPendingRequests();
  assert.notEqual(throttled.throttleCheckTimeoutId, null);
});
