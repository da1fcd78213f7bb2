import type { Broker, BrokerOptions } from '../../broker/broker.ts';
import { freePorts } from '../../broker/ports.ts';
import { ownBroker } from '../../broker/shared.ts';
import { FaultProxy } from './proxy.ts';

/** A broker that clients reach through fault proxies only; its nodes talk to each other directly. */
export interface ProxiedBroker extends AsyncDisposable {
  readonly broker: Broker;
  /** One per node. */
  readonly proxies: readonly FaultProxy[];
  /** The proxies' addresses. */
  readonly bootstrap: string;
}

/** Starts a broker with a fault proxy in front of each node; the proxies' chances come from `random`. */
export async function proxiedBroker(
  random: () => number,
  options: BrokerOptions = {},
): Promise<ProxiedBroker> {
  const proxies = Array.from({ length: options.nodes ?? 1 }, () => new FaultProxy(random));
  const own = await freePorts(proxies.length);
  const ports = await Promise.all(
    proxies.map(async (proxy, index) => {
      proxy.connectTo('127.0.0.1', own[index] ?? 0);
      return { own: own[index] ?? 0, advertised: await proxy.listen() };
    }),
  );
  const broker = await ownBroker({ ...options, ports });
  const close = async (): Promise<void> => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await broker.stop();
  };
  return { broker, proxies, bootstrap: broker.bootstrap, [Symbol.asyncDispose]: close };
}
