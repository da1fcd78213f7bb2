import { createRequire } from 'node:module';

/** The version whose request queue was read; another one is left alone. */
const readVersion = '2.2.4';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
}

/**
 * kafkajs 2.2.4 arms a timer with a negative delay whenever a request queue is empty: a loop of 1 ms on
 * every connection, about 3 % of a core each. This keeps the queue from arming it while nothing waits
 * and no throttling is in force. True when the patch is in.
 */
export function calmIdleTimers(): boolean {
  const load = createRequire(import.meta.url);
  const { version }: { readonly version?: unknown } = load('kafkajs/package.json');
  if (version !== readVersion) return false;
  const { prototype }: { readonly prototype: object } = load('kafkajs/src/network/requestQueue/index.js');
  const original: unknown = Reflect.get(prototype, name);
  if (typeof original !== 'function') return false;
  if (patched.has(prototype)) return true;
  patched.add(prototype);
  Reflect.set(prototype, name, function calm(this: RequestQueue): unknown {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return undefined;
    return Reflect.apply(original, this, []);
  });
  return true;
}

const name = 'scheduleCheckPendingRequests';
const patched = new WeakSet<object>();
