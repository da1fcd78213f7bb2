import {
  decodeHeaders,
  detectedTopic,
  formatTopicPartition,
  isIngestTopic,
  lanes,
  refusals,
  topicOf,
  verifiedTopic,
} from '@ballast/document';
import type { Amount, Lane, Pool, TopicPartition } from '@ballast/document';
import type { EmbeddedTopics } from '@ballast/stage/embedded';
import type { LogState } from '@ballast/table';

/** How many documents are where; `unaccounted = in − all the others`, 0 at rest. */
export interface FlowDocuments {
  readonly in: number;
  readonly kept: number;
  readonly rejected: number;
  readonly deferred: number;
  readonly dead: number;
  /** In the lanes, routed and not yet in the table. */
  readonly waiting: number;
  /** Ingested and not yet routed, or refused and not yet in refused/. */
  readonly inFlight: number;
  readonly unaccounted: number;
}

/** Heads of both logs. */
export interface TableStates {
  readonly data: LogState;
  readonly refused: LogState;
}

/**
 * Counts documents by offsets: cheap enough for each second. A message written twice by a process that
 * was killed counts twice until its copy is passed over, so `unaccounted` may differ from 0 for a while
 * after a crash; {@link readWaiting} counts exactly.
 */
export function countFlow(topics: EmbeddedTopics, { data, refused }: TableStates): FlowDocuments {
  const ends = (wanted: (topic: string) => boolean): TopicEnd[] =>
    topics
      .counts()
      .flatMap(({ topic, ends }) =>
        wanted(topic) ? ends.map((end, partition) => ({ topic, partition, end })) : [],
      );
  const behind = (group: string, wanted: (topic: string) => boolean): number =>
    sum(ends(wanted).map(({ end, ...input }) => ahead(end, topics.committed(group, input)?.offset)));
  const beyond = (state: LogState, wanted: (topic: string) => boolean): number =>
    sum(
      ends(wanted).map(({ end, ...input }) =>
        ahead(end, state.offsets.get(formatTopicPartition(input))?.next),
      ),
    );
  const laneTopics = new Set<string>(lanes.map(topicOf));
  const refusalTopics = new Set<string>(refusals.map(topicOf));
  const { rejected, deferred, dead } = refusedBy(refused);
  // Read from upstream down: a document that moves on in between counts twice, never nowhere, so a commit
  // never tells the audit of fewer documents on their way than there are.
  const counts = {
    in: sum(ends(isIngestTopic).map(({ end }) => end)),
    kept: totalOf(data.totals.origin).documents,
    rejected: rejected.documents,
    deferred: deferred.documents,
    dead: dead.documents,
    inFlight:
      behind('detector+verifier', isIngestTopic) +
      behind('verifier', (topic) => topic === detectedTopic) +
      behind('oversampler', (topic) => topic === verifiedTopic) +
      beyond(refused, (topic) => refusalTopics.has(topic)),
    waiting: beyond(data, (topic) => laneTopics.has(topic)),
  };
  const { in: arrived, ...out } = counts;
  return { ...counts, unaccounted: arrived - Object.values(out).reduce((total, count) => total + count, 0) };
}

type TopicEnd = TopicPartition & { readonly end: bigint };

/** Messages between a reader and an end that was read before it: none when the reader is past it by now. */
function ahead(end: bigint, next: bigint = 0n): bigint {
  return end > next ? end - next : 0n;
}

function sum(offsets: readonly bigint[]): number {
  return Number(offsets.reduce((total, offset) => total + offset, 0n));
}

/** Documents and tokens of several tallies together. */
export function totalOf(tallies: { readonly [name: string]: Amount | undefined }): Amount {
  let [documents, tokens] = [0, 0];
  for (const tally of Object.values(tallies)) {
    documents += tally?.documents ?? 0;
    tokens += tally?.tokens ?? 0;
  }
  return { documents, tokens };
}

/** What refused/ holds, by the way out. */
export function refusedBy({ totals }: LogState): {
  readonly [way in 'rejected' | 'deferred' | 'dead']: Amount;
} {
  const of = (action: string): Amount =>
    totalOf(
      Object.fromEntries(
        Object.entries(totals.refused).filter(([reason]) => reason.startsWith(`${action}:`)),
      ),
    );
  return { rejected: of('reject'), deferred: of('defer'), dead: of('dead') };
}

/** One document that waits in a lane. */
export interface Waiting {
  readonly lane: Lane;
  readonly stratum: string;
  readonly pool: Pool;
  readonly family: string;
  readonly calibrated: boolean;
  readonly tokens: number;
  readonly position: string;
}

/** Every document in the lanes that the table does not hold, each once, in lane order. */
export function* readWaiting(topics: EmbeddedTopics, { data }: TableStates): Generator<Waiting> {
  for (const lane of lanes) {
    for (let partition = 0; partition < topics.partitions; partition += 1) {
      const input = { topic: topicOf(lane), partition };
      const state = data.offsets.get(formatTopicPartition(input));
      yield* waitingIn(topics, lane, input, state?.next ?? 0n, state?.marks ?? {});
    }
  }
}

function* waitingIn(
  topics: EmbeddedTopics,
  lane: Lane,
  { topic, partition }: TopicPartition,
  next: bigint,
  committed: { readonly [ingest: string]: string },
): Generator<Waiting> {
  const marks = new Map(Object.entries(committed).map(([ingest, offset]) => [ingest, BigInt(offset)]));
  for (let from = next; ;) {
    const messages = topics.read(topic, partition, from, { documents: 512, bytes: 16 * 1024 * 1024 });
    if (messages.length === 0) return;
    for (const { headers } of messages) {
      const {
        position,
        verdicts: { detect, oversample },
      } = decodeHeaders(headers);
      const ingest = formatTopicPartition(position);
      const mark = marks.get(ingest);
      if (mark !== undefined && position.offset <= mark) continue;
      marks.set(ingest, position.offset);
      if (detect?.action !== 'keep') continue;
      const { pool, family, calibrated } = detect;
      yield {
        lane,
        pool,
        family,
        calibrated,
        stratum: oversample?.stratum ?? 'unknown',
        tokens: oversample?.tokens ?? 0,
        position: `${ingest}/${position.offset}`,
      };
    }
    from += BigInt(messages.length);
  }
}

/** Sums over the waiting documents. */
export interface WaitingSums {
  readonly documents: number;
  readonly tokens: number;
  readonly lanes: { readonly [lane: string]: Amount };
  readonly strata: { readonly [stratum: string]: Amount };
}

/** Adds up what waits, by lane and by stratum. */
export function sumWaiting(waiting: Iterable<Waiting>): WaitingSums {
  const byLane: { [lane: string]: Amount } = {};
  const byStratum: { [stratum: string]: Amount } = {};
  let documents = 0;
  let tokens = 0;
  for (const one of waiting) {
    documents += 1;
    tokens += one.tokens;
    byLane[one.lane] = plus(byLane[one.lane], one.tokens);
    byStratum[one.stratum] = plus(byStratum[one.stratum], one.tokens);
  }
  return { documents, tokens, lanes: byLane, strata: byStratum };
}

function plus(amount: Amount | undefined, tokens: number): Amount {
  return { documents: (amount?.documents ?? 0) + 1, tokens: (amount?.tokens ?? 0) + tokens };
}
