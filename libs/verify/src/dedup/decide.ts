import { formatPosition, formatTopicPartition } from '@ballast/document';
import type { Position, VerifyJudgement, VerifyVerdict } from '@ballast/document';
import { joinClusters, pointTo } from './clusters.ts';
import {
  decodeClaim,
  decodeMark,
  decodeOutcome,
  encodeClaim,
  encodeOutcome,
  outcomeKey,
  unexpired,
} from './entries.ts';
import type { Claim, Holder, Link } from './entries.ts';
import type { IndexTransaction } from './storage.ts';
import { yields } from './strength.ts';
import type { Standing, Strength } from './strength.ts';

/** The near signature of a document and what a match means for it. */
export interface NearSignature {
  /** Names of its bands; documents that share one are near-duplicates. */
  readonly bands: readonly string[];
  /** Whether a near-duplicate is refused, or kept with the other's position in its verdict. */
  readonly action: 'record' | 'reject';
  /** Days after which a claim of a band no longer counts; absent: never. */
  readonly expireDays?: number | undefined;
}

/** A document judged in all respects but one: whether another document holds its text. */
export interface Candidate {
  readonly position: Position;
  /** Of a replayed copy: where the text was first ingested, and SHA-256 (hex) of the copy's own bytes. */
  readonly replayOf?: { readonly root: Position; readonly sha256: string } | undefined;
  readonly strength: Strength;
  /** Each is decided in the same transaction; one held signature makes an exact duplicate. */
  readonly signatures: readonly string[];
  /** Decided in the same transaction; absent when near-dedup is off or the text too short. */
  readonly near?: NearSignature | undefined;
  /** The verdict it gets unless it is a duplicate. */
  readonly verdict: VerifyJudgement;
}

/**
 * Decides one document inside a transaction and writes its outcome under its position.
 *
 * - A position judged before gets its stored verdict again (protocol P9).
 * - A position at or below the acked mark gets none and writes nothing: `undefined` (P9).
 * - Only a document that is kept claims, and it claims all its signatures and bands or none (P10).
 * - It is a duplicate only of a holder it yields to (P11), exact before near; a replay takes over the
 *   claims of its own root, and of earlier copies of the same root and bytes (P12).
 * - An anchor document is never refused as a near-duplicate: that is recorded.
 * - Whoever is alike belongs to one cluster, kept or refused; this decides nothing.
 *
 * `today` counts days since 1970.
 */
export function decideOne(
  candidate: Candidate,
  index: IndexTransaction,
  today: number,
): VerifyVerdict | undefined {
  const { position, verdict } = candidate;
  const key = outcomeKey(position);
  const stored = index.get('outcome', key);
  if (stored !== undefined) return decodeOutcome(stored, position);
  const ingest = formatTopicPartition(position);
  if (position.offset <= decodeMark(index.get('mark', ingest), ingest)) return undefined;
  const outcome = verdict.action === 'keep' ? claim(candidate, index, today) : verdict;
  const claims = outcome.action === 'keep' ? candidate.signatures : [];
  index.put('outcome', key, encodeOutcome(position, outcome, candidate.strength, claims));
  return outcome;
}

/** One signature or band of a candidate, with what the index knows of it. */
interface Match {
  readonly space: 'claim' | 'band';
  readonly signature: string;
  readonly claim: Claim;
  /** Holders but the candidate's own root and its copies. */
  readonly others: readonly Holder[];
  /** The holder that the candidate yields to. */
  readonly blocking: Holder | undefined;
}

function claim(candidate: Candidate, index: IndexTransaction, today: number): VerifyJudgement {
  const { near, verdict } = candidate;
  const exact = candidate.signatures.map((signature) => look('claim', signature, candidate, index));
  const firstDay = near?.expireDays === undefined ? undefined : today - near.expireDays;
  const bands = (near?.bands ?? []).map((band) => look('band', band, candidate, index, firstDay));
  const holder = blockingOf(exact);
  const nearHolder = holder === undefined ? blockingOf(bands) : undefined;
  const isNearRefused = near?.action === 'reject' && candidate.strength !== 'anchor';
  const isRefused = holder !== undefined || (nearHolder !== undefined && isNearRefused);
  const cluster = join(candidate, [...exact, ...bands], isRefused, index);
  const day = near?.expireDays === undefined ? undefined : today;
  if (isRefused) {
    if (cluster !== undefined) link(bands, { name: cluster.name, day }, index);
    const reason = holder === undefined ? 'near_duplicate' : 'exact_duplicate';
    const duplicateOf = (holder ?? nearHolder)?.accepted;
    return {
      ...verdict,
      action: 'reject',
      reason,
      ...(duplicateOf === undefined ? {} : { duplicateOf }),
      ...(cluster === undefined ? {} : { cluster }),
    };
  }
  for (const match of exact) take(match, candidate, index);
  for (const match of bands) if (match.blocking === undefined) take(match, candidate, index, day);
  return {
    ...verdict,
    ...(nearHolder === undefined ? {} : { nearDuplicateOf: nearHolder.accepted }),
    ...(cluster === undefined ? {} : { cluster }),
  };
}

function look(
  space: 'claim' | 'band',
  signature: string,
  candidate: Candidate,
  index: IndexTransaction,
  firstDay?: number,
): Match {
  const decoded = decodeClaim(index.get(space, signature), signature);
  const stored = firstDay === undefined ? decoded : unexpired(decoded, firstDay);
  const others = stored.holders.filter((holder) => !isSameDocument(holder, candidate));
  const standing = standingOf(candidate);
  const blocking = others.find((other) => yields(standing, other));
  return { space, signature, claim: stored, others, blocking };
}

function blockingOf(matches: readonly Match[]): Holder | undefined {
  return matches.find(({ blocking }) => blocking !== undefined)?.blocking;
}

/** Takes a claim over. A holder that would itself yield is superseded; what remains blocks nobody it must not. */
function take(
  { space, signature, others }: Match,
  candidate: Candidate,
  index: IndexTransaction,
  day?: number,
): void {
  const standing = standingOf(candidate);
  const lasting = others.filter((holder) => !yields(holder, standing));
  const accepted = formatPosition(candidate.position);
  const holder: Holder = { ...standing, root: rootOf(candidate), accepted, bytes: bytesOf(candidate), day };
  index.put(space, signature, encodeClaim({ holders: [...lasting, holder] }, signature));
}

/** Counts the candidate to the cluster of everything it matches. A replay is its root, not one more. */
function join(
  candidate: Candidate,
  matches: readonly Match[],
  isRefused: boolean,
  index: IndexTransaction,
): VerifyJudgement['cluster'] {
  const members = new Set<string>();
  const own = new Set<string>();
  for (const { claim: known } of matches) {
    for (const holder of known.holders)
      (isSameDocument(holder, candidate) ? own : members).add(holder.accepted);
    if (known.link !== undefined) members.add(known.link.name);
  }
  const isReplay = own.size > 0;
  // A copy that nothing was like has no entry: joining it would count the replay as a second document.
  for (const copy of own) if (members.size > 0 || index.get('cluster', copy) !== undefined) members.add(copy);
  const cluster = joinClusters([...members], isReplay ? 0 : 1, index);
  if (cluster === undefined || cluster.size < 2) return undefined;
  if (!isRefused) pointTo(formatPosition(candidate.position), cluster.name, index);
  return cluster;
}

/** Leaves the bands that nobody has to the cluster, so that it grows through its refused documents too. */
function link(bands: readonly Match[], cluster: Link, index: IndexTransaction): void {
  for (const { signature, claim: known } of bands) {
    if (known.holders.length === 0 && known.link === undefined)
      index.put('band', signature, encodeClaim({ holders: [], link: cluster }, signature));
  }
}

function standingOf({ strength, verdict }: Candidate): Standing {
  return { strength, verified: verdict.verified };
}

function rootOf({ replayOf, position }: Candidate): string {
  return formatPosition(replayOf?.root ?? position);
}

/** 128 bits are enough: nobody but the forger of both texts would gain by a collision. */
function bytesOf({ replayOf }: Candidate): string | undefined {
  return replayOf?.sha256.slice(0, 32);
}

/**
 * True for the candidate's own root, and for an earlier replay of the same root with the same bytes: that
 * one may have been deferred since, and the mixer keeps one of them in any case (P13, P15). A header may
 * name any root; over other bytes it makes nobody the same document, so that it is no way past duplicates.
 */
function isSameDocument(holder: Holder, candidate: Candidate): boolean {
  if (holder.root !== rootOf(candidate)) return false;
  return holder.accepted === holder.root || holder.bytes === bytesOf(candidate);
}
