import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';

/** A folder that one replica of a service has to itself while it runs. */
export interface ReplicaSlot extends Disposable {
  readonly dir: string;
}

/** Replicas of one service on one host, at most. */
const slotsMax = 1_024;

/**
 * The first folder `replicas/<service>-<n>` below the state folder that no living process has taken.
 * A replica that was killed leaves its folder to the next one, with the member id in it, so that the
 * dead member can leave the group at once. What holds a slot is a name in the kernel (an abstract
 * socket): it is gone with the process, however that ends. Elsewhere than on Linux every replica is
 * `<service>-<pid>` and finds nothing of a dead one: recovery then takes the session time-out.
 */
export async function takeReplicaSlot(stateDir: string, service: string): Promise<ReplicaSlot> {
  await mkdir(stateDir, { recursive: true });
  const root = await realpath(stateDir);
  for (let slot = 0; slot < slotsMax; slot += 1) {
    const name = `${service}-${process.platform === 'linux' ? slot : process.pid}`;
    const server = process.platform === 'linux' ? await hold(`${root}\0${name}`) : undefined;
    if (process.platform === 'linux' && server === undefined) continue;
    const dir = join(root, 'replicas', name);
    await mkdir(dir, { recursive: true });
    return { dir, [Symbol.dispose]: () => void server?.close() };
  }
  throw new RangeError(`takeReplicaSlot: ${slotsMax} replicas of ${service} run over ${stateDir}`);
}

/** Undefined when another living process holds the name. */
function hold(name: string): Promise<Server | undefined> {
  const path = `\0ballast-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  return new Promise((resolve, reject) => {
    const server = createServer().unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen({ path }, () => resolve(server));
  });
}
