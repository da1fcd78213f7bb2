import { formatTopicPartition } from '@ballast/document';
import type { Position, TopicPartition, VerifyVerdict } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import { verifyErrors } from '../errors.ts';
import { decideOne } from './decide.ts';
import type { Candidate } from './decide.ts';
import { decodeOutcome, outcomeKey, outcomesUpTo } from './entries.ts';
import { MemoryStorage } from './memory.ts';
import { signatureVersion } from './signature.ts';
import type { IndexStorage, IndexTransaction } from './storage.ts';

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
  close(): Promise<void>;
}

/** What an index is opened with. */
export interface FirstSeenOptions {
  /** Id of the table the index belongs to (protocol P12). */
  readonly table: string;
}

/**
 * Opens the index that lies in `storage`, or starts one there.
 * Throws BALLAST_VERIFY_INDEX_OF_OTHER_TABLE or BALLAST_VERIFY_INDEX_OF_OTHER_VERSION.
 */
export async function openFirstSeenIndex(
  storage: IndexStorage,
  { table }: FirstSeenOptions,
): Promise<FirstSeenIndex> {
  const bound = storage.read((view) => [view.get('meta', 'table'), view.get('meta', 'signature')]);
  if (bound[0] !== table || bound[1] !== signatureVersion) {
    await storage.transact((transaction) => bind(transaction, table));
    await storage.flush();
  }
  return {
    recall: (positions) => recall(storage, positions),
    decide: (candidates) => decide(storage, candidates),
    settle: (ingest, offset) => settle(storage, ingest, offset),
    close: () => storage.close(),
  };
}

/** An index in memory: for tests, and for single-stage runs that keep no state. */
export function memoryIndex(options: FirstSeenOptions): Promise<FirstSeenIndex> {
  return openFirstSeenIndex(new MemoryStorage(), options);
}

function bind(transaction: IndexTransaction, table: string): void {
  const owner = transaction.get('meta', 'table') ?? table;
  if (owner !== table) {
    throw new BallastError(
      verifyErrors.indexOfOtherTable,
      `openFirstSeenIndex: the index belongs to table ${owner}, not to ${table}`,
    );
  }
  const version = transaction.get('meta', 'signature') ?? signatureVersion;
  if (version !== signatureVersion) {
    throw new BallastError(
      verifyErrors.indexOfOtherVersion,
      `openFirstSeenIndex: the index holds signatures ${version}, this program computes ${signatureVersion}`,
    );
  }
  transaction.put('meta', 'table', table);
  transaction.put('meta', 'signature', signatureVersion);
}

async function recall(
  storage: IndexStorage,
  positions: readonly Position[],
): Promise<readonly (VerifyVerdict | undefined)[]> {
  const stored = storage.read((view) =>
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
): Promise<readonly (VerifyVerdict | undefined)[]> {
  if (candidates.length === 0) return [];
  const verdicts = await storage.transact((transaction) =>
    candidates.map((candidate) => decideOne(candidate, transaction)),
  );
  await storage.flush();
  return verdicts;
}

async function settle(storage: IndexStorage, ingest: TopicPartition, offset: bigint): Promise<void> {
  const key = formatTopicPartition(ingest);
  await storage.transact((transaction) => {
    const mark = transaction.get('mark', key);
    if (mark !== undefined && offset <= BigInt(mark)) return;
    transaction.removeBetween('outcome', ...outcomesUpTo(ingest, offset));
    transaction.put('mark', key, offset.toString());
  });
  await storage.flush();
}
