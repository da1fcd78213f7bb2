import { randomBytes } from 'node:crypto';
import { startBroker } from './broker.ts';
import type { Broker, BrokerOptions } from './broker.ts';

/** A broker that others use too: names of topics and groups must be the test's own. */
export interface SharedBroker {
  /** `host:port`, several separated by commas. */
  readonly bootstrap: string;
}

let started: Promise<SharedBroker> | undefined;

/**
 * The broker that all test files of a run share: the one KAFKA_BOOTSTRAP names (`npm test` starts it),
 * else one that this process starts at the first call and that ends with it.
 */
export function sharedBroker(): Promise<SharedBroker> {
  const bootstrap = process.env['KAFKA_BOOTSTRAP'];
  started ??= bootstrap === undefined || bootstrap === '' ? startBroker() : Promise.resolve({ bootstrap });
  return started;
}

/**
 * A broker of the test's own, for whole pipelines (their topic names are fixed) and for what kills or
 * freezes nodes. Ends by `stop`, by `await using`, or with this process. Never the one KAFKA_BOOTSTRAP names.
 */
export function ownBroker(options: BrokerOptions = {}): Promise<Broker> {
  return startBroker(options);
}

/** A name for a topic or group that no other test has. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}
