import { createHash } from 'node:crypto';
import { BallastError } from '@ballast/stage';
import { PemConverter } from '@peculiar/x509';
import { readCertificate } from './certificates.ts';
import type { Certificate } from './certificates.ts';
import { credentialErrors } from './errors.ts';

/** The certificates whose word counts, as of a date. */
export interface TrustList {
  readonly anchors: readonly Certificate[];
  /** Date the list speaks for, epoch milliseconds: certificates must be in force on it. */
  readonly asOfMs: number;
  /** First 16 hex digits of the SHA-256 of certificates and date. */
  readonly hash: string;
}

/**
 * Reads a pinned trust list: PEM certificates, of certification authorities or of single signers, and
 * the date it speaks for (ISO 8601). Throws BALLAST_DETECT_TRUST_LIST for what holds no certificate or
 * one that no signature could be checked with; `where` names the file.
 */
export function readTrustList(pem: string, asOf: string, where: string): TrustList {
  const fail = (what: string, cause?: unknown): never => {
    throw new BallastError(credentialErrors.trustListInvalid, `readTrustList: ${where} ${what}`, { cause });
  };
  const asOfMs = Date.parse(asOf);
  if (Number.isNaN(asOfMs)) return fail(`is to speak for "${asOf}", which is no date`);
  const blocks = PemConverter.isPem(pem) ? PemConverter.decodeWithHeaders(pem) : [];
  const certificates = blocks.filter(({ type }) => type === 'CERTIFICATE');
  if (certificates.length === 0) return fail('holds no PEM certificate');
  const anchors = certificates.map(({ rawData }, index) => {
    try {
      return readCertificate(new Uint8Array(rawData));
    } catch (cause) {
      return fail(`certificate ${index + 1} cannot be used`, cause);
    }
  });
  const hash = createHash('sha256').update(`${asOfMs}\n`);
  for (const { x509 } of anchors) hash.update(x509.raw);
  return { anchors, asOfMs, hash: hash.digest('hex').slice(0, 16) };
}
