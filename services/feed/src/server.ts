import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { foreignTo, formatError, listenError } from '@ballast/host';
import { arrowStream } from './arrow.ts';
import { committedShards } from '@ballast/table';

/** How a feed is started. */
export interface FeedOptions {
  /** Root of the table, the folder that holds `data/`. */
  readonly root: string;
  /** Port on loopback; 0 takes a free one. */
  readonly port: number;
}

/** A running feed. */
export interface Feed {
  /** Where it listens, `http://127.0.0.1:port/`. */
  readonly url: string;
  /** Ends open streams and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves a table's committed shards on loopback: `GET /shards` lists them, `GET /shards/N` streams one
 * as Arrow IPC. A stream that fails ends without Arrow's end marker, never as a shorter shard.
 * Rejects with BALLAST_HOST_PORT when the port is taken.
 */
export async function startFeed({ root, port }: FeedOptions): Promise<Feed> {
  const server = createServer((request, response) => {
    answer(root, request, response).catch((error: unknown) => fail(response, error));
  });
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    throw listenError('the feed', '127.0.0.1', port, error);
  }
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${bound}/`, close };
}

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (foreignTo(request.socket.localPort, request.headers) !== undefined) {
    return sendJson(response, 421, { problem: 'the feed is only served under 127.0.0.1 and localhost' });
  }
  if (request.method !== 'GET') return sendJson(response, 405, { problem: 'the feed is read-only' });
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (path === '/shards')
    return sendJson(response, 200, { schemaVersion: 1, shards: await committedShards(root) });
  const index = /^\/shards\/(\d{1,9})$/.exec(path)?.[1];
  const shard = index === undefined ? undefined : (await committedShards(root))[Number(index)];
  if (shard === undefined)
    return sendJson(response, 404, { problem: `there is no ${path}; /shards lists what there is` });
  const chunks = arrowStream(join(root, shard.path));
  // The head waits for the schema, so that a shard that cannot be opened is told as an error.
  const { value: schema = new Uint8Array() } = await chunks.next();
  response.writeHead(200, {
    'content-type': 'application/vnd.apache.arrow.stream',
    'ballast-rows': shard.rows,
    'ballast-version': shard.version,
  });
  response.write(schema);
  await pipeline(chunks, response);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** Before the first byte an error can be told; after it, only a broken connection tells the truth. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else {
    response.writeHead(500, { 'content-type': 'application/json; charset=utf-8' });
    response.end(formatError(error, { json: true }));
  }
}
