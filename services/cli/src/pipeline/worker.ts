/**
 * A worker process of `ballast run`. Started by workers.ts with an IPC channel. The signals of a
 * terminal or a supervisor go to the whole group, and its parent decides when a worker ends: so they
 * are caught before anything else is loaded, which takes a while.
 */
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
await import('./work.ts');
