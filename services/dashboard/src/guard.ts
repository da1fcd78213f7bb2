import { foreignTo } from '@ballast/host';
import type { FastifyInstance } from 'fastify';

const refusals = {
  host: { status: 421, text: 'this page is only served under 127.0.0.1 and localhost\n' },
  origin: { status: 403, text: 'other pages may not read this one\n' },
} as const;

/** Turns foreign names and pages away, and gives every answer the headers that keep scripts, frames and other origins out. */
export function guard(server: FastifyInstance, contentSecurityPolicy: string): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    const address = server.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : undefined;
    const foreign = foreignTo(port, request.headers);
    if (foreign === undefined) return;
    const { status, text } = refusals[foreign];
    await reply.code(status).type('text/plain').send(text);
  });
}
