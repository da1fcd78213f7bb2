import { listenError, visible } from '@ballast/host';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { EventStream } from './events.ts';
import { guard } from './guard.ts';
import { pageFiles } from './page-files.ts';
import { contentSecurityPolicy, shell } from './shell.ts';
import { dashboardSnapshotSchema } from './snapshot.ts';
import type { DashboardSnapshot } from './snapshot.ts';

/** How a dashboard is started. */
export interface DashboardOptions {
  /** Port on loopback; 0 takes a free one. */
  readonly port: number;
  /** Takes the numbers; asked once a second while somebody looks, and for `/api/snapshot`. */
  readonly snapshot: () => DashboardSnapshot | Promise<DashboardSnapshot>;
  /** Closes the dashboard when it aborts. */
  readonly signal: AbortSignal;
}

/** A running dashboard. */
export interface Dashboard {
  /** Where the page is, `http://127.0.0.1:port/`. */
  readonly url: string;
  /** Ends all streams and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves the page on loopback, and on loopback only: it shows what is in a dataset and asks nobody who
 * they are. `/api/snapshot` gives the numbers once, `/api/events` each second as server-sent events.
 * Read-only. Throws BALLAST_HOST_PORT when the port is taken.
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const server = Fastify({ logger: false, forceCloseConnections: true });
  const stream = new EventStream(() => takeSnapshot(options.snapshot));
  guard(server, contentSecurityPolicy);
  addRoutes(server, stream, options.snapshot);
  const close = async (): Promise<void> => {
    stream.close();
    await server.close();
  };
  try {
    await server.listen({ port: options.port, host: '127.0.0.1' });
  } catch (error) {
    throw listenError('the dashboard', '127.0.0.1', options.port, error);
  }
  options.signal.addEventListener('abort', () => void close(), { once: true });
  if (options.signal.aborted) await close();
  return { url: `http://127.0.0.1:${portOf(server)}/`, close };
}

function addRoutes(
  server: FastifyInstance,
  stream: EventStream,
  snapshot: DashboardOptions['snapshot'],
): void {
  server.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(shell));
  for (const [path, { type, body }] of pageFiles()) {
    server.get(path, (_request, reply) => reply.type(type).send(body));
  }
  server.get('/api/snapshot', async (_request, reply) => {
    reply.type('application/json; charset=utf-8');
    try {
      return await reply.send(await takeSnapshot(snapshot));
    } catch (error) {
      return reply.code(503).send(JSON.stringify({ problem: problemOf(error) }));
    }
  });
  server.get('/api/events', (_request, reply) => {
    if (!stream.hasRoom()) return reply.code(503).send('too many open pages');
    reply.hijack();
    stream.attach(reply.raw, reply.getHeaders());
    return reply;
  });
}

/** The snapshot as JSON in which no string can hide, reorder or forge text on the page. */
async function takeSnapshot(snapshot: DashboardOptions['snapshot']): Promise<string> {
  const checked = dashboardSnapshotSchema.parse(await snapshot());
  return JSON.stringify(checked, (_key, value: unknown) =>
    typeof value === 'string' ? visible(value) : value,
  );
}

function portOf(server: FastifyInstance): number {
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What the page may say about a snapshot that could not be taken. */
function problemOf(error: unknown): string {
  return visible(error instanceof Error ? error.message : String(error)).slice(0, 300);
}
