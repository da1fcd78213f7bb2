import { connect } from 'node:net';
import type { Socket } from 'node:net';

/**
 * The living replicas beside this one on this host, each known by its folder over a connection that carries
 * nothing else. The kernel closes it with the process, however that ends, and at once: what is frozen keeps it.
 */
export class Siblings implements Disposable {
  readonly #own: string;
  readonly #sockets = new Set<Socket>();
  #told: (dir: string) => void = () => undefined;
  #isDisposed = false;

  /** @param own Folder of this replica, which the others are told. */
  constructor(own: string) {
    this.#own = own;
  }

  /** Told of the folder of each sibling that has ended from now on. */
  onGone(told: (dir: string) => void): void {
    this.#told = told;
  }

  /**
   * Greets the sibling that listens at this path, and whose folder is known. Resolves when the greeting lies
   * with the kernel: the sibling will read it even if this process ends now. Nothing when nobody listens.
   */
  async greet(path: string, dir: string): Promise<void> {
    const socket = connect({ path });
    let hasMet = false;
    this.#watch(socket, () => (hasMet ? dir : undefined));
    // Until then it may well be all that this process waits for.
    socket.ref();
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.once('connect', () => {
        hasMet = true;
        socket.write(`${this.#own}\n`, () => resolve());
      });
    });
    socket.unref();
  }

  /** Takes the greeting of a sibling that began later. */
  accept(socket: Socket): void {
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      if (heard.length < greetingMax) heard += text;
    });
    this.#watch(socket, () => (heard.endsWith('\n') ? heard.slice(0, -1) : undefined));
  }

  #watch(socket: Socket, dirOf: () => string | undefined): void {
    this.#sockets.add(socket);
    // A sibling keeps no process alive, and an end in error is an end.
    socket
      .unref()
      .on('error', () => undefined)
      .on('end', () => socket.destroy());
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const dir = dirOf();
      if (dir !== undefined && !this.#isDisposed) this.#told(dir);
    });
    socket.resume();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Characters of a folder's path, at most. */
const greetingMax = 8_192;
