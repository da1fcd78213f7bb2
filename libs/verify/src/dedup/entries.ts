import { crc32 } from 'node:zlib';
import { formatPosition, verifyVerdictSchema } from '@ballast/document';
import type { Position, TopicPartition, VerifyVerdict } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import { verifyErrors } from '../errors.ts';
import { strengths } from './strength.ts';
import type { Strength } from './strength.ts';

/** A kept document that claims a signature (protocol P12). */
export interface Holder {
  readonly strength: Strength;
  readonly verified: boolean;
  /** Position the text was first ingested at, as `topic/partition/offset`. */
  readonly root: string;
  /** Position of the copy that holds the claim; differs from the root after a replay took it over. */
  readonly accepted: string;
  /** First 128 bits of SHA-256 (hex) of the bytes of that copy; absent for the root itself. */
  readonly bytes?: string | undefined;
  /** Day of the claim since 1970, where claims expire. */
  readonly day?: number | undefined;
}

/**
 * The cluster of a refused duplicate that had this band. It is no claim and blocks nobody; it lets a later
 * document be counted to the cluster through the refused one.
 */
export interface Link {
  readonly name: string;
  /** As of a {@link Holder}. */
  readonly day?: number | undefined;
}

/** What the index knows of one signature. */
export interface Claim {
  /** At most one verified and one unverified document. */
  readonly holders: readonly Holder[];
  readonly link?: Link | undefined;
}

const outcomeSchema = z.object({
  verdict: verifyVerdictSchema,
  strength: z.enum(strengths),
  /** Exact signatures this document took or confirmed; the bands follow from the text. */
  claims: z.array(z.string()),
});

/** Offsets have at most 19 decimal digits (signed 64 bits); padded, byte order is offset order. */
const offsetDigits = 19;

/** Key of a position's outcome: byte order within a partition is offset order. */
export function outcomeKey({ topic, partition, offset }: Position): string {
  return `${topic}/${partition}/${offset.toString().padStart(offsetDigits, '0')}`;
}

/** Key range of all outcomes of a partition up to and including `offset`. */
export function outcomesUpTo(ingest: TopicPartition, offset: bigint): readonly [from: string, to: string] {
  return [outcomeKey({ ...ingest, offset: 0n }), outcomeKey({ ...ingest, offset })];
}

/**
 * Writes a claim, sealed, one line for each holder and for the link. 15 of them are kept per document, so it is
 * brief: `3v documents.raw/0/7`, then the accepted position where it is another, with the hash of its bytes
 * as `#0f…`, and the day as `@20000`.
 */
export function encodeClaim({ holders, link }: Claim, signature: string): string {
  const lines = holders.map(({ strength, verified, root, accepted, bytes, day }) => {
    const standing = `${strengths.indexOf(strength)}${verified ? 'v' : 'u'}`;
    const copy = accepted === root ? '' : ` ${accepted} #${bytes ?? ''}`;
    return `${standing} ${root}${copy}${dayOf(day)}`;
  });
  if (link !== undefined) lines.push(`~${link.name}${dayOf(link.day)}`);
  return sealed(lines.join('\n'), signature);
}

function dayOf(day: number | undefined): string {
  return day === undefined ? '' : ` @${day}`;
}

const positionPattern = String.raw`[^/\s]{1,249}\/\d{1,9}\/\d{1,19}`;
const holderLine = new RegExp(
  `^([0-6])([uv]) (${positionPattern})(?: (${positionPattern}) #([0-9a-f]{32}))?(?: @(\\d{1,7}))?$`,
);
const linkLine = new RegExp(`^~(${positionPattern})(?: @(\\d{1,7}))?$`);

/** Reads what {@link encodeClaim} wrote; nobody for a signature never claimed. Throws BALLAST_VERIFY_INDEX_UNREADABLE. */
export function decodeClaim(text: string | undefined, signature: string): Claim {
  if (text === undefined) return { holders: [] };
  const holders: Holder[] = [];
  let link: Link | undefined;
  for (const line of unsealed(text, signature, `claim ${signature}`).split('\n')) {
    const holder = decodeHolder(line);
    if (holder !== undefined) {
      holders.push(holder);
      continue;
    }
    const [, name, day] = linkLine.exec(line) ?? [];
    if (name === undefined) throw unreadable(`claim ${signature}`);
    link = { name, ...(day === undefined ? {} : { day: Number(day) }) };
  }
  return { holders, link };
}

function decodeHolder(line: string): Holder | undefined {
  const [, standing, verified, root, accepted, bytes, day] = holderLine.exec(line) ?? [];
  const strength = strengths[Number(standing)];
  if (root === undefined || strength === undefined) return undefined;
  const copy = accepted ?? root;
  return {
    strength,
    verified: verified === 'v',
    root,
    accepted: copy,
    ...(bytes === undefined ? {} : { bytes }),
    ...(day === undefined ? {} : { day: Number(day) }),
  };
}

/** The claim without what is from before `firstDay`. */
export function unexpired(claim: Claim, firstDay: number): Claim {
  const isKept = ({ day }: { readonly day?: number | undefined }): boolean =>
    day === undefined || day >= firstDay;
  const { holders, link } = claim;
  if (holders.every(isKept) && (link === undefined || isKept(link))) return claim;
  return { holders: holders.filter(isKept), link: link !== undefined && isKept(link) ? link : undefined };
}

/** Writes the whole outcome of a position (protocol P9). */
export function encodeOutcome(
  position: Position,
  verdict: VerifyVerdict,
  strength: Strength,
  claims: readonly string[],
): string {
  return sealed(JSON.stringify({ verdict, strength, claims }), outcomeKey(position));
}

/** The verdict of a stored outcome. Throws BALLAST_VERIFY_INDEX_UNREADABLE. */
export function decodeOutcome(text: string, position: Position): VerifyVerdict {
  const what = `outcome of ${formatPosition(position)}`;
  const json = unsealed(text, outcomeKey(position), what);
  try {
    return outcomeSchema.parse(JSON.parse(json)).verdict;
  } catch (cause) {
    throw unreadable(what, cause);
  }
}

/** Writes the greatest acked offset of a partition, `topic/partition`. */
export function encodeMark(offset: bigint, ingest: string): string {
  return sealed(offset.toString(), ingest);
}

/** Reads what {@link encodeMark} wrote; -1 when nothing was acked. Throws BALLAST_VERIFY_INDEX_UNREADABLE. */
export function decodeMark(text: string | undefined, ingest: string): bigint {
  return text === undefined ? -1n : BigInt(unsealed(text, ingest, `mark of ${ingest}`));
}

/** Length of a seal: 20 bits in base 36. */
const sealLength = 4;

/**
 * The text behind a check digit over it and its key, so that a flipped bit, or a page in the wrong place,
 * is an error and never another document.
 */
function sealed(text: string, key: string): string {
  return sealOf(text, key) + text;
}

function unsealed(text: string, key: string, what: string): string {
  const content = text.slice(sealLength);
  if (text.slice(0, sealLength) !== sealOf(content, key)) throw unreadable(what);
  return content;
}

function sealOf(text: string, key: string): string {
  return (crc32(`${key}\0${text}`) & 0xf_ff_ff).toString(36).padStart(sealLength, '0');
}

/** The error for an entry that this program did not write so. */
export function unreadable(what: string, cause?: unknown): BallastError {
  return new BallastError(verifyErrors.indexUnreadable, `first-seen index: the ${what} cannot be read`, {
    cause,
  });
}
