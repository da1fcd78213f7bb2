import { BallastError, RetryableError } from '@ballast/stage';
import { createClient } from 'redis';
import { verifyErrors } from '../errors.ts';
import { assertServerKeeps } from './redis-server.ts';
import type { Durability } from './redis-server.ts';

const connectTimeoutMs = 5_000;
/** How long a command may take, an fsync among them (milliseconds). */
export const commandTimeoutMs = 30_000;

type Client = ReturnType<typeof clientOf>;

function clientOf(url: string) {
  return createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    socket: { connectTimeout: connectTimeoutMs, socketTimeout: commandTimeoutMs, reconnectStrategy: false },
  });
}

/** A connection to Redis or Valkey that is made anew, and the server looked at again, when it was lost. */
export class RedisConnection {
  readonly #url: string;
  #client: Client | undefined;
  #opening: Promise<Client> | undefined;
  /** How a commit becomes durable there. */
  durability: Durability = 'always';

  constructor(url: string) {
    this.#url = url;
  }

  /** The open connection. Throws BALLAST_VERIFY_INDEX_UNREACHABLE or _NOT_DURABLE. */
  async client(): Promise<Client> {
    if (this.#client?.isReady === true) return this.#client;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<Client> {
    this.#client?.destroy();
    const client = clientOf(this.#url);
    // Each command rejects by itself; without a listener the event would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      this.durability = await assertServerKeeps(client);
    } catch (cause) {
      if (client.isOpen) client.destroy();
      throw cause instanceof BallastError ? cause : this.unreachable(cause);
    }
    this.#client = client;
    return client;
  }

  /** Runs commands; whatever fails can be tried again, for what was committed is found again (protocol P9). */
  async run<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.client();
    try {
      return await work(client);
    } catch (cause) {
      throw cause instanceof BallastError ? cause : this.#failed(cause);
    }
  }

  #failed(cause: unknown): BallastError {
    // Answers of the server begin with a word in capitals; a full disk or memory is among them.
    const answer = cause instanceof Error ? /^[A-Z]+\b/.exec(cause.message)?.[0] : undefined;
    if (answer !== 'OOM' && answer !== 'MISCONF' && answer !== 'READONLY') return this.unreachable(cause);
    return new BallastError(
      verifyErrors.indexUnwritable,
      `first-seen index: ${this.#address()} refuses writes (${answer})`,
      { cause },
    );
  }

  /** The error for a server that cannot be had now. */
  unreachable(cause: unknown): RetryableError {
    return new RetryableError(
      verifyErrors.indexUnreachable,
      `first-seen index: ${this.#address()} does not answer`,
      { cause },
    );
  }

  /** Without user and password. */
  #address(): string {
    const { protocol, host, pathname } = new URL(this.#url);
    return `${protocol}//${host}${pathname}`;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client?.isReady === true) await client.close();
    else if (client?.isOpen === true) client.destroy();
  }
}
