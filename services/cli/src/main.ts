import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Where Node keeps the code of this checkout compiled: half of a start is compiling, and after a crash the
 * start is what documents wait for. Of the owner of node_modules alone, unlike a folder below /tmp; where
 * it cannot be written there is no cache.
 */
const compiled = fileURLToPath(new URL('../../../node_modules/.cache/ballast', import.meta.url));
/** Milliseconds after which what was compiled is kept also of a process that will be killed. */
const flushMs = 15_000;
/** Milliseconds that a command which has ended may take to close what it opened. */
const endMs = 5_000;

enableCompileCache(compiled);
setTimeout(flushCompileCache, flushMs).unref();
// Only what is loaded from here on comes out of the cache.
const { main } = await import('./command-line.ts');
process.exitCode = await main(process.argv.slice(2));
// What a command was asked to do is done: no connection that will not close keeps it.
setTimeout(() => process.exit(), endMs).unref();
