import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
} from '@peculiar/x509';
import { must } from './broken.ts';

/** A certificate with what the rules of this folder ask of it. Times are epoch milliseconds. */
export interface Certificate {
  /** For signatures and names of issuers. */
  readonly x509: X509Certificate;
  readonly key: KeyObject;
  /** Common name of the subject, else the whole name; at most 100 characters. */
  readonly subject: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly isCa: boolean;
  /** Most CA certificates below this one, `Infinity` where it names no limit. */
  readonly pathLength: number;
  readonly keyUsages: number;
  /** Object identifiers of the extended key usages. */
  readonly purposes: readonly string[];
  /** False where a critical extension asks for something that is not checked here. */
  readonly isUnderstood: boolean;
}

/** Largest certificate that is parsed, bytes. */
const certificateBytesMax = 16 * 1024;

const signatureHashes: ReadonlySet<string> = new Set(['SHA-256', 'SHA-384', 'SHA-512']);
const ed25519 = '1.3.101.112';
const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
/** The upper end bounds the time of one verification. */
const rsaBits = { least: 2048, most: 8192 } as const;

/** Critical extensions that are obeyed, or restrict nothing a signature is used for: key usage, alternative names, basic constraints, policies, extended key usage. */
const understood: ReadonlySet<string> = new Set([
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.32',
  '2.5.29.37',
]);

/** Parses a DER certificate and holds it to the general part of the profile (C2PA 2.4, 14.5.1.1). Throws CredentialBroken. */
export function readCertificate(der: Uint8Array): Certificate {
  must(der.length <= certificateBytesMax, 'signingCredential.invalid: certificate too large');
  const bytes = Buffer.from(der);
  const x509 = new X509Certificate(bytes);
  const parsed = new ParsedCertificate(bytes);
  const types = parsed.extensions.map(({ type }) => type);
  must(new Set(types).size === types.length, 'signingCredential.invalid: an extension twice');
  const key = x509.publicKey;
  must(isAllowedKey(key), 'signingCredential.invalid: key type or size');
  must(isAllowedSignature(x509, parsed), 'signingCredential.invalid: signature algorithm of the certificate');
  const constraints = parsed.getExtension(BasicConstraintsExtension);
  return {
    x509,
    key,
    subject: nameOf(parsed),
    notBeforeMs: parsed.notBefore.getTime(),
    notAfterMs: parsed.notAfter.getTime(),
    isCa: constraints?.ca === true,
    pathLength: constraints?.pathLength ?? Infinity,
    keyUsages: parsed.getExtension(KeyUsagesExtension)?.usages ?? 0,
    purposes: parsed.getExtension(ExtendedKeyUsageExtension)?.usages.map(String) ?? [],
    isUnderstood: parsed.extensions.every(({ critical, type }) => !critical || understood.has(type)),
  };
}

function isAllowedKey(key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return true;
  if (type === 'ec') return curves.has(details?.namedCurve ?? '');
  const bits = details?.modulusLength ?? 0;
  return (type === 'rsa' || type === 'rsa-pss') && bits >= rsaBits.least && bits <= rsaBits.most;
}

function isAllowedSignature(
  { signatureAlgorithmOid }: X509Certificate,
  { signatureAlgorithm: { hash } }: ParsedCertificate,
): boolean {
  return signatureAlgorithmOid === ed25519 || (hash !== undefined && signatureHashes.has(hash.name));
}

function nameOf({ subject, subjectName }: ParsedCertificate): string {
  const name = subjectName.getField('CN')[0] ?? subject;
  return name.replaceAll(/\p{C}/gu, '').slice(0, 100);
}

const anyPurpose = '2.5.29.37.0';
const timeStamping = '1.3.6.1.5.5.7.3.8';
const ocspSigning = '1.3.6.1.5.5.7.3.9';
/** c2pa-kp-claimSigning, emailProtection, documentSigning (C2PA 2.4, 14.4.1). */
const signingPurposes: readonly string[] = [
  '1.3.6.1.4.1.62558.2.1',
  '1.3.6.1.5.5.7.3.4',
  '1.3.6.1.5.5.7.3.36',
];

/** Holds an end-entity certificate to the profile of one that signs claims. Throws CredentialBroken. */
export function mustSignClaims({ isCa, keyUsages, purposes }: Certificate): void {
  must(!isCa, 'signingCredential.invalid: a CA certificate signs the claim');
  must(
    (keyUsages & KeyUsageFlags.digitalSignature) !== 0 && (keyUsages & KeyUsageFlags.keyCertSign) === 0,
    'signingCredential.invalid: key usage',
  );
  must(
    purposes.length > 0 &&
      ![anyPurpose, timeStamping, ocspSigning].some((purpose) => purposes.includes(purpose)),
    'signingCredential.invalid: extended key usage',
  );
}

/** What a path from a signer to the pinned anchors comes to. */
export type PathOutcome = { readonly trusted: true } | { readonly trusted: false; readonly why: string };

/**
 * Follows the chain, signer first and each the issuer of the one before (RFC 9360), until an anchor is
 * reached: the certificate itself is pinned, or a pinned CA has signed it. Every certificate of the
 * path, the anchor too, must be in force at `atMs`. One that has ended breaks the credential; one that
 * has not begun leaves it untrusted, for the date may be that of a list older than the signature.
 * Revocation is not asked for: that would take the network. Throws CredentialBroken.
 */
export function followPath(
  chain: readonly Certificate[],
  anchors: readonly Certificate[],
  atMs: number,
): PathOutcome {
  const signer = chain[0];
  must(signer !== undefined, 'signingCredential.invalid: no certificate');
  for (const certificate of chain) {
    must(atMs <= certificate.notAfterMs, 'claimSignature.outsideValidity: a certificate has expired');
  }
  if (!signingPurposes.some((purpose) => signer.purposes.includes(purpose))) {
    return { trusted: false, why: 'no purpose that the list speaks of' };
  }
  for (const [depth, certificate] of chain.entries()) {
    if (atMs < certificate.notBeforeMs)
      return { trusted: false, why: 'a certificate is younger than the date' };
    if (!certificate.isUnderstood) return { trusted: false, why: 'a critical extension is not known' };
    if (anchors.some(({ x509 }) => x509.fingerprint256 === certificate.x509.fingerprint256)) {
      return { trusted: true };
    }
    const anchor = anchors.find((candidate) => hasIssued(candidate, certificate, depth));
    if (anchor !== undefined) {
      must(atMs <= anchor.notAfterMs, 'claimSignature.outsideValidity: the anchor has expired');
      if (atMs < anchor.notBeforeMs) return { trusted: false, why: 'the anchor is younger than the date' };
      return { trusted: true };
    }
    const next = chain[depth + 1];
    if (next === undefined || !hasIssued(next, certificate, depth)) break;
  }
  return { trusted: false, why: 'no pinned anchor' };
}

/** True if `issuer` is a CA that may stand above `below` CA certificates and has signed `certificate`. */
function hasIssued(issuer: Certificate, certificate: Certificate, below: number): boolean {
  return (
    issuer.isCa &&
    issuer.pathLength >= below &&
    (issuer.keyUsages & KeyUsageFlags.keyCertSign) !== 0 &&
    certificate.x509.checkIssued(issuer.x509) &&
    certificate.x509.verify(issuer.key)
  );
}
