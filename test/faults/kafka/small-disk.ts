import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unavailable } from './fault-case.ts';

/** A file system of a few MiB in memory that can be made larger while it is used. */
export interface SmallDisk extends Disposable {
  readonly folder: string;
  grow(mebibytes: number): void;
}

/** Mounts it; needs root, else throws {@link Unavailable} with what is missing. */
export function smallDisk(mebibytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-disk-'));
  const mount = (options: readonly string[]): void => {
    const { status, stderr } = spawnSync('mount', [...options, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Unavailable(`no tmpfs can be mounted here: ${stderr.trim()}`);
  };
  const dispose = (): void => {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    mount(['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs']);
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    folder,
    grow: (size) => mount(['-o', `remount,size=${size}m`]),
    [Symbol.dispose]: dispose,
  };
}
