import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Canary } from '@ballast/detect';
import type { Logger, Metrics } from '@ballast/host';
import { parseCanaries, readCanaries } from './canaries.ts';

/** The canaries of a running detector. */
export interface CanaryFile {
  /** As they were at the start. */
  readonly canaries: readonly Canary[];
  /** The canaries, if the file has come to hold others since it was last asked about. */
  readonly renew: () => Promise<readonly Canary[] | undefined>;
}

/** Who is told of a file that changes while the detector runs. */
export interface CanaryFileOptions {
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly metrics?: Pick<Metrics, 'setCanariesRefused'> | undefined;
}

/**
 * Reads the canaries and looks again whenever it is asked to. A file that has become unreadable stops no
 * running detector: the former canaries stay in force, an ERROR and the metric say so. Throws
 * BALLAST_DETECT_CANARY at the start alone.
 */
export async function openCanaryFile(
  path: string | undefined,
  { logger, metrics }: CanaryFileOptions,
): Promise<CanaryFile> {
  // Before the reading, so that what is written in between is noticed.
  let seen = path === undefined ? '' : await stampOf(path);
  const canaries = await readCanaries(path);
  let inForce = path === undefined ? '' : hashOf(canaries);
  metrics?.setCanariesRefused(false);
  return {
    canaries,
    async renew() {
      if (path === undefined) return undefined;
      const stamp = await stampOf(path);
      if (stamp === seen) return undefined;
      seen = stamp;
      let renewed: readonly Canary[];
      try {
        renewed = parseCanaries(await readFile(path, 'utf8'), path);
      } catch (error) {
        metrics?.setCanariesRefused(true);
        logger.error(
          { err: error, file: path },
          'the canaries have changed and cannot be read: the former ones stay',
        );
        return undefined;
      }
      metrics?.setCanariesRefused(false);
      const hash = hashOf(renewed);
      if (hash === inForce) return undefined;
      inForce = hash;
      logger.info({ file: path, canaries: renewed.length }, 'the canaries have changed and are scored again');
      return renewed;
    },
  };
}

/** Changes whenever the file is written or replaced. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? 'none' : `${found.ino} ${found.size} ${found.mtimeNs}`;
}

function hashOf(canaries: readonly Canary[]): string {
  return createHash('sha256').update(JSON.stringify(canaries)).digest('hex');
}
