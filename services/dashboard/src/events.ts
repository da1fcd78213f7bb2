import type { ServerResponse } from 'node:http';
import { visible } from '@ballast/host';

/** Milliseconds between two snapshots. */
const intervalMs = 1_000;
/** Milliseconds between two comments that keep a silent connection alive. */
const heartbeatMs = 15_000;
/** Most pages that may listen at once; each tab of a browser shares one stream. */
const clientsMax = 32;

/**
 * Server-sent events: one snapshot a second to everybody who listens, taken once for all. Nobody
 * listening, nothing is taken. A reader that is slow misses snapshots instead of filling memory;
 * each snapshot is whole, so none of the missed ones matters.
 */
export class EventStream {
  readonly #take: () => Promise<string>;
  readonly #clients = new Set<ServerResponse>();
  readonly #heartbeat: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #id = 0;
  #isClosed = false;

  /** `take` gives the next snapshot as one line of JSON. */
  constructor(take: () => Promise<string>) {
    this.#take = take;
    this.#heartbeat = setInterval(() => this.#send(': still here\n\n'), heartbeatMs);
    this.#heartbeat.unref();
  }

  /** True if one more page may listen. */
  hasRoom(): boolean {
    return this.#clients.size < clientsMax && !this.#isClosed;
  }

  /** Keeps the response open and sends it every snapshot from now on, the first at once. */
  attach(
    response: ServerResponse,
    headers: { readonly [name: string]: number | string | string[] | undefined },
  ): void {
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) response.setHeader(name, value);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.write('retry: 2000\n\n');
    response.on('close', () => this.#clients.delete(response));
    this.#clients.add(response);
    clearTimeout(this.#timer);
    void this.#tick();
  }

  /** Ends all responses; nothing is sent afterwards. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    for (const client of this.#clients) client.end();
    this.#clients.clear();
  }

  async #tick(): Promise<void> {
    const message = await this.#next();
    if (this.#isClosed || this.#clients.size === 0) return;
    this.#id += 1;
    this.#send(`id: ${this.#id}\n${message}\n\n`);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tick(), intervalMs).unref();
  }

  async #next(): Promise<string> {
    try {
      return `data: ${await this.#take()}`;
    } catch (error) {
      const problem = visible(error instanceof Error ? error.message : String(error)).slice(0, 300);
      return `event: problem\ndata: ${JSON.stringify({ problem })}`;
    }
  }

  #send(chunk: string): void {
    for (const client of this.#clients) if (!client.writableNeedDrain) client.write(chunk);
  }
}
