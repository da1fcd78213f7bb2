import { createHash } from 'node:crypto';
import { must } from './broken.ts';

/** C2PA 2.4, section 13.1. */
const algorithms: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512']);

/** Digest of `bytes` by a C2PA hash algorithm identifier. Throws CredentialBroken for any other, or none. */
export function digestOf(algorithm: string | undefined, bytes: Uint8Array): Buffer {
  must(algorithm !== undefined && algorithms.has(algorithm), 'algorithm.unsupported');
  return createHash(algorithm).update(bytes).digest();
}
