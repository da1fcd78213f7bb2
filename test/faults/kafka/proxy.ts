import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { portOf } from '../../broker/ports.ts';
import { Frames, apiKeys, correlationOf, requestHead } from './frames.ts';
import type { Api, RequestHead } from './frames.ts';

/**
 * A fault on answers. `lose`: the request was carried out, its answer never arrives and the connection
 * breaks. `swallow`: the same, but the connection stays, so the client waits out its time. `delay`: the
 * answer, and all behind it, arrives `ms` later.
 */
export interface AnswerFault {
  readonly apis: readonly Api[];
  /** Share of the answers that are hit, 0 to 1. */
  readonly share: number;
  readonly action: 'lose' | 'swallow' | 'delay';
  /** For `delay`: milliseconds. */
  readonly ms?: number;
  /** Only clients whose id matches. */
  readonly client?: RegExp;
  /** Answers hit at most. */
  readonly limit?: number;
}

/** Which way a partition holds bytes back. */
export type Direction = 'toBroker' | 'toClient' | 'both';

interface Hold {
  readonly client: RegExp;
  readonly direction: Direction;
}

/**
 * A TCP proxy in front of one broker listener that knows Kafka's frames: it loses, delays and withholds
 * what it is told to, by request and by client id. All its chances come from one seeded source.
 */
export class FaultProxy {
  readonly #server: Server;
  readonly #random: () => number;
  readonly #links = new Set<Link>();
  readonly #hits = new Map<AnswerFault, number>();
  #target: { readonly host: string; readonly port: number } | undefined;
  #faults: readonly AnswerFault[] = [];
  #holds: readonly Hold[] = [];
  port = 0;
  /** Answers hit so far, by request. */
  readonly injected: { [api in Api]?: number } = {};

  constructor(random: () => number) {
    this.#random = random;
    this.#server = createServer({ noDelay: true }, (client) => this.#accept(client));
  }

  /** Listens on a free port of 127.0.0.1: the one the broker advertises. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#server.unref();
    this.port = portOf(this.#server.address());
    return this.port;
  }

  /** The broker's own listener. */
  connectTo(host: string, port: number): void {
    this.#target = { host, port };
  }

  /** Replaces the faults on answers; an empty list heals. */
  setFaults(faults: readonly AnswerFault[]): void {
    this.#faults = faults;
  }

  /** Withholds the bytes of these clients until {@link heal}: connections stay, nothing arrives. */
  partition(client: RegExp, direction: Direction = 'both'): void {
    this.#holds = [...this.#holds, { client, direction }];
  }

  /** Lets everything flow again that {@link partition} withheld. */
  heal(): void {
    this.#holds = [];
    for (const link of this.#links) link.drain();
  }

  /** Breaks the connections of these clients; they may connect again. How many there were. */
  cut(client: RegExp): number {
    const hit = [...this.#links].filter((link) => client.test(link.clientId));
    for (const link of hit) link.destroy();
    return hit.length;
  }

  /** Ends it with all connections. */
  async close(): Promise<void> {
    for (const link of this.#links) link.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** The fault that hits this answer, if any; counted. */
  faultFor(request: RequestHead): AnswerFault | undefined {
    for (const fault of this.#faults) {
      const api = fault.apis.find((each) => apiKeys[each] === request.apiKey);
      if (api === undefined || !(fault.client ?? /(?:)/).test(request.clientId)) continue;
      const hits = this.#hits.get(fault) ?? 0;
      if (hits >= (fault.limit ?? Number.POSITIVE_INFINITY) || this.#random() >= fault.share) continue;
      this.#hits.set(fault, hits + 1);
      this.injected[api] = (this.injected[api] ?? 0) + 1;
      return fault;
    }
    return undefined;
  }

  /** True while bytes of this client must not go this way. */
  holds(clientId: string, direction: 'toBroker' | 'toClient'): boolean {
    return this.#holds.some(
      (hold) => (hold.direction === 'both' || hold.direction === direction) && hold.client.test(clientId),
    );
  }

  #accept(client: Socket): void {
    if (this.#target === undefined) {
      client.destroy();
      return;
    }
    const link = new Link(this, client, connect({ ...this.#target, noDelay: true }));
    this.#links.add(link);
    link.onEnd(() => this.#links.delete(link));
  }
}

/** One client's connection and the one to the broker behind it. */
class Link {
  clientId = '';
  readonly #proxy: FaultProxy;
  readonly #client: Socket;
  readonly #broker: Socket;
  readonly #requests = new Frames();
  readonly #answers = new Frames();
  readonly #open = new Map<number, RequestHead>();
  readonly #queue: { readonly frame: Buffer; readonly at: number }[] = [];
  #held: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(proxy: FaultProxy, client: Socket, broker: Socket) {
    [this.#proxy, this.#client, this.#broker] = [proxy, client, broker];
    for (const socket of [client, broker]) {
      socket.on('error', () => this.destroy());
      socket.on('close', () => this.destroy());
    }
    client.on('data', (chunk) => {
      this.#requests.push(chunk);
      this.#sendRequests();
    });
    broker.on('data', (chunk) => {
      this.#answers.push(chunk);
      this.#queueAnswers();
    });
  }

  onEnd(listener: () => void): void {
    this.#client.once('close', listener);
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#client.destroy();
    this.#broker.destroy();
  }

  /** Sends on what was held back. */
  drain(): void {
    this.#sendRequests();
    this.#sendAnswers();
  }

  #sendRequests(): void {
    for (;;) {
      const frame = this.#held ?? this.#requests.next();
      if (frame === undefined) break;
      const head = requestHead(frame);
      this.clientId = head.clientId;
      this.#held = this.#proxy.holds(head.clientId, 'toBroker') ? frame : undefined;
      if (this.#held !== undefined) {
        this.#client.pause();
        return;
      }
      this.#open.set(head.correlationId, head);
      this.#broker.write(frame);
    }
    this.#client.resume();
  }

  #queueAnswers(): void {
    for (let frame = this.#answers.next(); frame !== undefined; frame = this.#answers.next()) {
      const request = this.#open.get(correlationOf(frame));
      this.#open.delete(correlationOf(frame));
      const fault = request === undefined ? undefined : this.#proxy.faultFor(request);
      if (fault?.action === 'lose') {
        this.destroy();
        return;
      }
      if (fault?.action === 'swallow') continue;
      this.#queue.push({ frame, at: performance.now() + (fault?.action === 'delay' ? (fault.ms ?? 0) : 0) });
    }
    this.#sendAnswers();
  }

  #sendAnswers(): void {
    clearTimeout(this.#timer);
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (this.#proxy.holds(this.clientId, 'toClient')) return;
      const wait = next.at - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#sendAnswers(), wait);
        return;
      }
      this.#queue.shift();
      this.#client.write(next.frame);
    }
  }
}
