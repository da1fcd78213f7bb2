import { readFile } from 'node:fs/promises';
import { credentialErrors, readTrustList } from '@ballast/detect/credentials';
import type { TrustList } from '@ballast/detect/credentials';
import type { Pipeline } from '@ballast/document';
import { BallastError } from '@ballast/stage';

/**
 * Reads the pinned trust list of content credentials; undefined where none is configured. Throws
 * BALLAST_DETECT_TRUST_LIST, exit 66 where the file cannot be read.
 */
export async function readCredentials(
  credentials: Pipeline['detector']['credentials'],
): Promise<TrustList | undefined> {
  if (credentials === undefined) return undefined;
  const { trustAnchors, asOf } = credentials;
  const pem = await readFile(trustAnchors, 'utf8').catch((cause: unknown) => {
    const kind = { ...credentialErrors.trustListInvalid, exit: 66 };
    throw new BallastError(kind, `readCredentials: cannot read ${trustAnchors}`, { cause });
  });
  return readTrustList(pem, asOf, trustAnchors);
}
