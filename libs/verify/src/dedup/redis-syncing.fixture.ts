import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** What the server of {@link SyncingRedis} does when it is asked to sync. */
export type SyncFate = 'done' | 'late' | 'held' | 'dropped';

/** `WAITAOF 1 0 30000` as RESP has it, and what is asked of the server instead: 7.0 does not know the command. */
const asking = '*4\r\n$7\r\nWAITAOF\r\n$1\r\n1\r\n$1\r\n0\r\n$5\r\n30000\r\n';
const marker = 'sync-here';
const echo = `*2\r\n$4\r\nECHO\r\n$${marker.length}\r\n${marker}\r\n`;
const echoed = `$${marker.length}\r\n${marker}\r\n`;

/**
 * Stands in front of a Redis server and makes it one that can be asked to sync (`WAITAOF`, 7.2): it says that
 * it is 7.2, and answers the question itself, in its place among the answers. What happens to the answer is
 * the test's to say: done, not in time (0 files synced), held back until {@link SyncingRedis.release}, or
 * dropped with the connection.
 */
export class SyncingRedis {
  /** Syncs asked for. */
  asked = 0;
  fate: SyncFate = 'done';
  readonly #server: Server;
  readonly #events = new EventEmitter();
  #release: (() => void)[] = [];
  #sockets = new Set<Socket>();

  constructor(port: number) {
    this.#server = createServer((client) => this.#join(client, connect(port, '127.0.0.1')));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return `redis://127.0.0.1:${address.port}`;
  }

  /** Resolves when the next sync is asked for. */
  async next(): Promise<void> {
    await once(this.#events, 'asked');
  }

  /** Gives the answers that are held back; later ones are given at once. */
  release(): void {
    this.fate = 'done';
    for (const give of this.#release.splice(0)) give();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, server: Socket): void {
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.setEncoding('latin1');
      one.on('close', () => other.destroy());
      one.on('error', () => other.destroy());
    }
    client.on('data', (words: string) => server.write(words.replaceAll(asking, echo), 'latin1'));
    let held: string | undefined;
    const give = (answer: string): void => {
      const at = answer.indexOf(echoed);
      const plain = at < 0 ? answer : answer.slice(0, at);
      client.write(plain.replace(/redis_version:\d\.\d/, 'redis_version:7.2'), 'latin1');
      if (at < 0) return;
      const rest = answer.slice(at + echoed.length);
      this.asked += 1;
      this.#events.emit('asked');
      if (this.fate === 'dropped') {
        client.destroy();
        return;
      }
      const said = `*2\r\n:${this.fate === 'late' ? 0 : 1}\r\n:0\r\n`;
      if (this.fate !== 'held') {
        client.write(said);
        if (rest !== '') give(rest);
        return;
      }
      held = rest;
      this.#release.push(() => {
        const waiting = held ?? '';
        held = undefined;
        client.write(said);
        if (waiting !== '') give(waiting);
      });
    };
    server.on('data', (answer: string) => {
      if (held === undefined) give(answer);
      else held += answer;
    });
  }
}
