import { createHash } from 'node:crypto';
import { mkdir, readdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { Siblings } from './siblings.ts';

/** A folder that one replica of a service has to itself while it runs. */
export interface ReplicaSlot extends Disposable {
  readonly dir: string;
  /**
   * Told of the folder of each replica beside this one that has ended, at once and however it did: nobody
   * has to wait until its supervisor has started it again.
   */
  onSiblingGone(told: (dir: string) => void): void;
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
    const dir = join(root, 'replicas', name);
    const siblings = new Siblings(dir);
    const server = process.platform === 'linux' ? await hold(pathOf(dir), siblings) : undefined;
    if (process.platform === 'linux' && server === undefined) continue;
    await mkdir(dir, { recursive: true });
    if (server !== undefined) await greetAll(siblings, join(root, 'replicas'), service, name);
    return {
      dir,
      onSiblingGone: (told) => siblings.onGone(told),
      [Symbol.dispose]() {
        server?.close();
        siblings[Symbol.dispose]();
      },
    };
  }
  throw new RangeError(`takeReplicaSlot: ${slotsMax} replicas of ${service} run over ${stateDir}`);
}

/** Those that began before are greeted; those that begin later will greet. */
async function greetAll(siblings: Siblings, replicas: string, service: string, own: string): Promise<void> {
  const others = (await readdir(replicas)).filter(
    (name) => name !== own && name.replace(/-\d+$/, '') === service,
  );
  await Promise.all(
    others.map(async (name) => {
      const dir = join(replicas, name);
      await siblings.greet(pathOf(dir), dir);
    }),
  );
}

/** Name of a slot in the kernel, by its folder. */
function pathOf(dir: string): string {
  return `\0ballast-${createHash('sha256').update(dir).digest('hex').slice(0, 32)}`;
}

/** Undefined when another living process holds the name. */
function hold(path: string, siblings: Siblings): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => siblings.accept(socket)).unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen({ path }, () => resolve(server));
  });
}
