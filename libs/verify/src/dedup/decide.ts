import { formatPosition, formatTopicPartition } from '@ballast/document';
import type { Position, VerifyJudgement, VerifyVerdict } from '@ballast/document';
import { decodeHolders, decodeOutcome, encodeHolders, encodeOutcome, outcomeKey } from './entries.ts';
import type { Holder } from './entries.ts';
import type { IndexTransaction } from './storage.ts';
import { yields } from './strength.ts';
import type { Standing, Strength } from './strength.ts';

/** A document judged in all respects but one: whether another document holds its text. */
export interface Candidate {
  readonly position: Position;
  /** Position the text was first ingested at; absent unless this is a replay of it. */
  readonly root?: Position | undefined;
  readonly strength: Strength;
  /** Each is decided in the same transaction; one held signature makes a duplicate. */
  readonly signatures: readonly string[];
  /** The verdict it gets unless it is a duplicate. */
  readonly verdict: VerifyJudgement;
}

/**
 * Decides one document inside a transaction and writes its outcome under its position.
 *
 * - A position judged before gets its stored verdict again (protocol P9).
 * - A position at or below the acked mark gets none and writes nothing: `undefined` (P9).
 * - Only a document that is kept claims, and it claims all its signatures or none (P10).
 * - It is a duplicate only of a holder it yields to (P11); a replay takes over its own root's claim,
 *   once (P12).
 */
export function decideOne(candidate: Candidate, index: IndexTransaction): VerifyVerdict | undefined {
  const { position, verdict } = candidate;
  const key = outcomeKey(position);
  const stored = index.get('outcome', key);
  if (stored !== undefined) return decodeOutcome(stored, position);
  const mark = index.get('mark', formatTopicPartition(position));
  if (mark !== undefined && position.offset <= BigInt(mark)) return undefined;
  const outcome = verdict.action === 'keep' ? claim(candidate, index) : { verdict, claims: [] };
  index.put('outcome', key, encodeOutcome(outcome.verdict, candidate.strength, outcome.claims));
  return outcome.verdict;
}

function claim(
  candidate: Candidate,
  index: IndexTransaction,
): { readonly verdict: VerifyJudgement; readonly claims: readonly string[] } {
  const accepted = formatPosition(candidate.position);
  const root = formatPosition(candidate.root ?? candidate.position);
  const standing: Standing = { strength: candidate.strength, verified: candidate.verdict.verified };
  const claims = new Map<string, readonly Holder[]>();
  for (const signature of new Set(candidate.signatures)) {
    const holders = decodeHolders(index.get('claim', signature), signature);
    const others = holders.filter((holder) => !isRootItself(holder, root));
    const blocking = others.find((holder) => yields(standing, holder));
    if (blocking !== undefined)
      return { verdict: duplicate(candidate.verdict, blocking.accepted), claims: [] };
    // A holder that would itself yield to the new one is superseded; what remains is at most one
    // verified and one unverified holder, and neither blocks what the other must not.
    const lasting = others.filter((holder) => !yields(holder, standing));
    claims.set(signature, [...lasting, { ...standing, root, accepted }]);
  }
  for (const [signature, holders] of claims) index.put('claim', signature, encodeHolders(holders));
  return { verdict: candidate.verdict, claims: [...claims.keys()] };
}

/** True while the claim of this root is still held by the root's own copy, not by an earlier replay of it. */
function isRootItself(holder: Holder, root: string): boolean {
  return holder.root === root && holder.accepted === root;
}

function duplicate(verdict: VerifyJudgement, holder: string): VerifyJudgement {
  return { ...verdict, action: 'reject', reason: 'exact_duplicate', duplicateOf: holder };
}
