import { constants, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { CredentialBroken, must } from './broken.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { mustSignClaims, readCertificate } from './certificates.ts';
import type { Certificate } from './certificates.ts';

/** Most certificates of a chain. */
const chainMax = 8;

const bytes = z.instanceof(Uint8Array);
/** COSE_Sign1 (RFC 9052, 4.2) with detached payload, tagged or not. */
const sign1Schema = z.tuple([bytes, z.record(z.string(), z.unknown()), z.null(), bytes]);
const taggedSchema = z.object({ tag: z.literal(18), value: sign1Schema }).transform(({ value }) => value);
const chainSchema = z.union([bytes.transform((one) => [one]), z.array(bytes).min(1).max(chainMax)]);
const headerSchema = z.record(z.string(), z.unknown());

/** Labels of COSE headers: algorithm and critical headers (RFC 9052), certificate chain (RFC 9360, and C2PA's older name). */
const labels = { algorithm: '1', critical: '2', chain: ['33', 'x5chain'] } as const;

const malformed = 'claimSignature.mismatch: malformed';

/**
 * Verifies the COSE_Sign1 of a claim with the key of the first certificate it carries, and gives that
 * chain, signer first. It says nothing of trust. Throws CredentialBroken.
 */
export function verifySignature(
  signature: Uint8Array,
  claim: Uint8Array,
): readonly [Certificate, ...Certificate[]] {
  const parsed = z.union([sign1Schema, taggedSchema]).safeParse(decodeCbor(signature, malformed));
  must(parsed.success, malformed);
  const [protectedBytes, unprotected, , value] = parsed.data;
  const header = headerSchema.safeParse(decodeCbor(protectedBytes, malformed));
  must(header.success && header.data[labels.critical] === undefined, malformed);
  const [first, ...issuers] = chainOf(header.data, unprotected).map(readCertificate);
  must(first !== undefined, malformed);
  mustSignClaims(first);
  // Sig_structure of RFC 9052, 4.4, without external data.
  const signed = encodeCbor(['Signature1', Buffer.from(protectedBytes), Buffer.alloc(0), Buffer.from(claim)]);
  const isValid = verifies(Number(header.data[labels.algorithm]), first.key, signed, value);
  must(isValid, 'claimSignature.mismatch');
  return [first, ...issuers];
}

type Headers = Readonly<Record<string, unknown>>;

/** The chain may lie in either bucket but, under one label, not in both: C2PA 2.4, section 14.5. */
function chainOf(header: Headers, unprotected: Headers): readonly Uint8Array[] {
  for (const label of labels.chain) {
    const found = header[label] ?? unprotected[label];
    if (found === undefined) continue;
    must(header[label] === undefined || unprotected[label] === undefined, malformed);
    const chain = chainSchema.safeParse(found);
    must(chain.success, 'signingCredential.invalid: no certificate chain');
    return chain.data;
  }
  throw new CredentialBroken('signingCredential.invalid: no certificate chain');
}

/** COSE algorithms that C2PA 2.4, section 13.2 allows, by number, with the keys they take. */
const algorithms: ReadonlyMap<number, readonly [hash: string | null, keys: readonly string[]]> = new Map([
  [-7, ['sha256', ['ec']]],
  [-35, ['sha384', ['ec']]],
  [-36, ['sha512', ['ec']]],
  [-37, ['sha256', ['rsa', 'rsa-pss']]],
  [-38, ['sha384', ['rsa', 'rsa-pss']]],
  [-39, ['sha512', ['rsa', 'rsa-pss']]],
  [-8, [null, ['ed25519']]],
]);

/** Verifies a raw COSE signature by algorithm number. Throws CredentialBroken where the number is unknown or the key does not fit it. */
export function verifies(
  algorithm: number,
  key: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const known = algorithms.get(algorithm);
  must(known !== undefined, 'algorithm.unsupported');
  const [hash, keys] = known;
  must(
    keys.includes(key.asymmetricKeyType ?? ''),
    'claimSignature.mismatch: the key does not fit the algorithm',
  );
  const isRsa = keys.includes('rsa');
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  // COSE writes ECDSA signatures as r and s side by side (RFC 9053, 2.1).
  return verify(hash, data, isRsa ? { key, ...pss } : { key, dsaEncoding: 'ieee-p1363' }, signature);
}
