import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import { verifyErrors } from '../errors.ts';

/** How the server makes a commit durable: before it answers, or when asked to wait (`WAITAOF`). */
export type Durability = 'always' | 'wait';

/** What is asked of a client; replies as RESP 2 gives them. */
interface Asking {
  sendCommand(words: readonly string[]): Promise<unknown>;
}

/**
 * Sees that a server keeps what it confirms: a primary with an append-only file that is synced before an
 * answer (`appendfsync always`) or on demand (Redis and Valkey from 7.2), and without eviction. Where
 * CONFIG may not be read, only the second will do.
 * Throws BALLAST_VERIFY_INDEX_NOT_DURABLE, naming what is amiss.
 */
export async function assertServerKeeps(client: Asking): Promise<Durability> {
  const info = parseInfo(z.string().parse(await client.sendCommand(['INFO', 'everything'])));
  const say = (what: string): BallastError =>
    new BallastError(verifyErrors.indexNotDurable, `openRedisIndex: the server ${what}`);
  if (info.get('role') !== 'master')
    throw say(`is a ${info.get('role') ?? 'server without a role'}, not a primary`);
  if (info.get('aof_enabled') !== '1') throw say('keeps no append-only file (appendonly no)');
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (info.get('maxmemory') !== '0' && policy.startsWith('allkeys'))
    throw say(`evicts entries when memory is short (maxmemory-policy ${policy})`);
  const sync = await settingsOf(client);
  if (sync?.get('appendfsync') === 'always') {
    if (sync.get('no-appendfsync-on-rewrite') === 'yes')
      throw say('does not sync while it rewrites its file (no-appendfsync-on-rewrite yes)');
    return 'always';
  }
  if (canWait(info)) return 'wait';
  throw say(
    `syncs its file ${sync?.get('appendfsync') ?? 'at times unknown'}, and version ${info.get('redis_version') ?? 'unknown'} cannot be asked to (WAITAOF)`,
  );
}

async function settingsOf(client: Asking): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const words = z.array(z.string()).parse(await client.sendCommand(['CONFIG', 'GET', '*appendfsync*']));
    return new Map(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? '']] : [])));
  } catch (error) {
    // Hosted servers deny it; a lost connection shows in the next command.
    if (error instanceof Error && /NOPERM|unknown command/i.test(error.message)) return undefined;
    throw error;
  }
}

/** WAITAOF came with Redis 7.2.0; Valkey, which began there, says 7.2.4 for ever. */
function canWait(info: ReadonlyMap<string, string>): boolean {
  const [major = 0, minor = 0] = (info.get('redis_version') ?? '0.0').split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 2);
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
  });
  return new Map(lines);
}
