import { formatPosition, verifyVerdictSchema } from '@ballast/document';
import type { Position, TopicPartition, VerifyVerdict } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import { verifyErrors } from '../errors.ts';
import { strengths } from './strength.ts';
import type { Strength } from './strength.ts';

const holderSchema = z.object({
  strength: z.enum(strengths),
  verified: z.boolean(),
  /** Position the text was first ingested at, as `topic/partition/offset`. */
  root: z.string(),
  /** Position of the copy that holds the claim; differs from the root after a replay took it over. */
  accepted: z.string(),
});

/** A kept document that claims a signature (protocol P12). */
export type Holder = Readonly<z.infer<typeof holderSchema>>;

const holdersSchema = z.array(holderSchema);

const outcomeSchema = z.object({
  verdict: verifyVerdictSchema,
  strength: z.enum(strengths),
  /** Signatures this document took or confirmed. */
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

/** Writes the holders of a signature, at most one verified and one unverified. */
export function encodeHolders(holders: readonly Holder[]): string {
  return JSON.stringify(holders);
}

/** Reads what {@link encodeHolders} wrote; none for a signature never claimed. Throws BALLAST_VERIFY_INDEX_UNREADABLE. */
export function decodeHolders(text: string | undefined, signature: string): readonly Holder[] {
  return text === undefined ? [] : parse(holdersSchema, text, `claim ${signature}`);
}

/** Writes the whole outcome of a position (protocol P9). */
export function encodeOutcome(verdict: VerifyVerdict, strength: Strength, claims: readonly string[]): string {
  return JSON.stringify({ verdict, strength, claims });
}

/** The verdict of a stored outcome. Throws BALLAST_VERIFY_INDEX_UNREADABLE. */
export function decodeOutcome(text: string, position: Position): VerifyVerdict {
  return parse(outcomeSchema, text, `outcome of ${formatPosition(position)}`).verdict;
}

function parse<S extends z.ZodType>(schema: S, text: string, what: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new BallastError(verifyErrors.indexUnreadable, `first-seen index: the ${what} cannot be read`, {
      cause,
    });
  }
}
