import { randomUUID } from 'node:crypto';
import { formatTopicPartition } from '@ballast/document';
import type { Position, TopicPartition, VerifyVerdict } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import { verifyErrors } from '../errors.ts';
import { decideOne } from './decide.ts';
import type { Candidate } from './decide.ts';
import {
  decodeClaim,
  decodeMark,
  decodeOutcome,
  encodeClaim,
  encodeMark,
  outcomeKey,
  outcomesUpTo,
  unexpired,
} from './entries.ts';
import { MemoryStorage } from './memory.ts';
import { signatureVersion } from './signature.ts';
import type { IndexStorage, IndexTransaction, IndexView } from './storage.ts';

/**
 * Which document was first to bring a text, and what was said of every document not acked yet. May be
 * shared by several verifiers. Whatever a method returns is durable before it returns.
 */
export interface FirstSeenIndex {
  /** Stored verdicts, one per position in the same order; `undefined` for a position not judged yet. */
  recall(positions: readonly Position[]): Promise<readonly (VerifyVerdict | undefined)[]>;
  /**
   * Decides documents in order, all in one transaction, and stores each outcome (protocol P9–P12).
   * `undefined` where the position was acked before: another verifier owns its outcome.
   */
  decide(candidates: readonly Candidate[]): Promise<readonly (VerifyVerdict | undefined)[]>;
  /** Forgets the outcomes of an ingest partition up to and including an acked offset, and refuses them from now on. */
  settle(ingest: TopicPartition, offset: bigint): Promise<void>;
  /**
   * Which index this is and how far it had got at the last commit, for a checkpoint to keep; undefined
   * for an index that ends with the process.
   */
  witness(): string | undefined;
  /** Throws BALLAST_VERIFY_INDEX_LOST unless this is the index of that {@link FirstSeenIndex.witness}, no shorter than then. */
  confirm(witness: string): Promise<void>;
  close(): Promise<void>;
}

/** What an index is opened with. */
export interface FirstSeenOptions {
  /** Id of the table the index belongs to (protocol P12). */
  readonly table: string;
  /** Milliseconds since 1970. Default: the system's clock. Only expiry looks at it. */
  readonly now?: () => number;
}

const dayMs = 86_400_000;

/** Version of how entries are written; an index holds entries of one version only. */
const entriesVersion = `${signatureVersion}+claims-3`;

/**
 * Opens the index that lies in `storage`, or starts one there.
 * Throws BALLAST_VERIFY_INDEX_OF_OTHER_TABLE or BALLAST_VERIFY_INDEX_OF_OTHER_VERSION.
 */
export async function openFirstSeenIndex(
  storage: IndexStorage,
  { table, now = Date.now }: FirstSeenOptions,
): Promise<FirstSeenIndex> {
  const bound = await storage.read((view) => boundTo(view, table));
  const epoch = bound ?? (await storage.transact((transaction) => bind(transaction, table)));
  await storage.flush();
  return {
    recall: (positions) => recall(storage, positions),
    decide: (candidates) => decide(storage, candidates, Math.floor(now() / dayMs)),
    settle: (ingest, offset) => settle(storage, ingest, offset),
    witness: () => {
      const revision = storage.revision();
      return revision === undefined ? undefined : `${epoch}/${revision}`;
    },
    confirm: (witness) => confirm(storage, witness),
    close: () => storage.close(),
  };
}

/** An index in memory: for tests, and for single-stage runs that keep no state. */
export function memoryIndex(options: FirstSeenOptions): Promise<FirstSeenIndex> {
  return openFirstSeenIndex(new MemoryStorage(), options);
}

/** The own name of an index of this table and version; undefined for a new one. */
function boundTo(view: IndexView, table: string): string | undefined {
  const owner = view.get('meta', 'table') ?? table;
  if (owner !== table) {
    throw new BallastError(
      verifyErrors.indexOfOtherTable,
      `openFirstSeenIndex: the index belongs to table ${owner}, not to ${table}`,
    );
  }
  const version = view.get('meta', 'signature') ?? entriesVersion;
  if (version !== entriesVersion) {
    throw new BallastError(
      verifyErrors.indexOfOtherVersion,
      `openFirstSeenIndex: the index holds signatures ${version}, this program computes ${entriesVersion}`,
    );
  }
  const short = view.get('meta', 'short');
  if (short !== undefined) throw lost(short);
  return view.get('meta', 'epoch');
}

/** Claims a new index for a table, unless another process just did; returns the index's own name. */
function bind(transaction: IndexTransaction, table: string): string {
  const epoch = boundTo(transaction, table) ?? randomUUID();
  transaction.put('meta', 'table', table);
  transaction.put('meta', 'signature', entriesVersion);
  transaction.put('meta', 'epoch', epoch);
  return epoch;
}

async function confirm(storage: IndexStorage, witness: string): Promise<void> {
  const [epoch = '', revision = ''] = witness.split('/');
  const [here, reached] = await storage.read((view) => [
    view.get('meta', 'epoch'),
    view.get('meta', 'revision'),
  ]);
  if (here === epoch && Number(reached) >= Number(revision)) return;
  const short =
    here === epoch
      ? `it has seen ${reached} transactions, but documents rest on ${revision} of them`
      : 'documents rest on another index than this one';
  // Marked: transactions of restarts to come would otherwise make up the number in time.
  await storage.transact((transaction) => transaction.put('meta', 'short', short));
  await storage.flush();
  throw lost(short);
}

function lost(what: string): BallastError {
  return new BallastError(verifyErrors.indexLost, `first-seen index: ${what}`);
}

async function recall(
  storage: IndexStorage,
  positions: readonly Position[],
): Promise<readonly (VerifyVerdict | undefined)[]> {
  const stored = await storage.read((view) =>
    positions.map((position) => view.get('outcome', outcomeKey(position))),
  );
  if (stored.some((text) => text !== undefined)) {
    // A verifier that died between commit and flush may have left them: written again, the flush
    // covers them before anything that rests on them is sent.
    await storage.transact((transaction) => {
      for (const [at, position] of positions.entries()) {
        const text = stored[at];
        const key = outcomeKey(position);
        if (text !== undefined && transaction.get('outcome', key) === text)
          transaction.put('outcome', key, text);
      }
    });
    await storage.flush();
  }
  return positions.map((position, at) => {
    const text = stored[at];
    return text === undefined ? undefined : decodeOutcome(text, position);
  });
}

async function decide(
  storage: IndexStorage,
  candidates: readonly Candidate[],
  today: number,
): Promise<readonly (VerifyVerdict | undefined)[]> {
  if (candidates.length === 0) return [];
  const verdicts = await storage.transact((transaction) =>
    candidates.map((candidate) => decideOne(candidate, transaction, today)),
  );
  const expireDays = candidates.find(({ near }) => near !== undefined)?.near?.expireDays;
  if (expireDays !== undefined) {
    const firstDay = today - expireDays;
    await storage.sweep((text, band) => reviseBand(text, band, firstDay), candidates.length);
  }
  await storage.flush();
  return verdicts;
}

/** What is left of a band entry once claims from before `firstDay` no longer count. */
function reviseBand(text: string, band: string, firstDay: number): string | undefined {
  const claim = decodeClaim(text, band);
  const left = unexpired(claim, firstDay);
  if (left === claim) return text;
  return left.holders.length === 0 && left.link === undefined ? undefined : encodeClaim(left, band);
}

async function settle(storage: IndexStorage, ingest: TopicPartition, offset: bigint): Promise<void> {
  const key = formatTopicPartition(ingest);
  await storage.transact((transaction) => {
    if (offset <= decodeMark(transaction.get('mark', key), key)) return;
    transaction.removeOutcomes(...outcomesUpTo(ingest, offset));
    transaction.put('mark', key, encodeMark(offset, key));
  });
  await storage.flush();
}
