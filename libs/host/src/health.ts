import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';

/**
 * The three pages a process shows its surroundings. `/health/live` never asks Kafka or a store, or an
 * outage there would restart everything; a blocked event loop cannot answer it, which is the check.
 * `/health/ready` is 200 while the process takes work, else 503. `/metrics` is for Prometheus.
 */
export function healthServer(ready: () => boolean, metrics: Metrics): FastifyInstance {
  const server = Fastify({ logger: false, forceCloseConnections: true });
  server.get('/health/live', () => ({ status: 'live' }));
  server.get('/health/ready', (_request, reply) => {
    const isReady = ready();
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  return server;
}
