import { randomBytes } from 'node:crypto';
import { link, open, readFile, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory, syncDirectory } from '@ballast/shard';
import { BallastError } from '@ballast/stage';
import { tableErrors } from './errors.ts';

/** What the log needs of an object store. Keys are relative paths with `/`. */
export interface Store {
  /** Creates the object durably, or reports that the key is taken; never overwrites. */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** The object's bytes; undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Names directly below a prefix that ends in `/`, sorted; empty when there is none. */
  list(prefix: string): Promise<readonly string[]>;
}

/**
 * A directory as a store: temporary file, fsync, link(2), fsync of the directory. link(2) refuses
 * an existing name, where rename(2) would overwrite a committed entry. Failures are exit 74.
 */
export function localStore(root: string): Store {
  return {
    async putIfAbsent(key, bytes) {
      const path = join(root, key);
      const temporary = join(dirname(path), `.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
      try {
        await makeDirectory(dirname(path));
        await writeDurably(temporary, bytes);
        const outcome = await linkOnce(temporary, path);
        await syncDirectory(dirname(path));
        return outcome;
      } catch (error) {
        throw ioFailure('write', path, error);
      } finally {
        await unlink(temporary).catch(() => {});
      }
    },
    async get(key) {
      try {
        return await readFile(join(root, key));
      } catch (error) {
        if (isCode(error, 'ENOENT')) return undefined;
        throw ioFailure('read', join(root, key), error);
      }
    },
    async list(prefix) {
      try {
        return (await readdir(join(root, prefix))).toSorted();
      } catch (error) {
        if (isCode(error, 'ENOENT')) return [];
        throw ioFailure('read', join(root, prefix), error);
      }
    },
  };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function linkOnce(from: string, to: string): Promise<'created' | 'exists'> {
  try {
    await link(from, to);
    return 'created';
  } catch (error) {
    if (isCode(error, 'EEXIST')) return 'exists';
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function ioFailure(act: 'read' | 'write', path: string, error: unknown): BallastError {
  const why = error instanceof Error ? error.message : String(error);
  return new BallastError(tableErrors.io, `cannot ${act} ${path}: ${why}`, { cause: error });
}
