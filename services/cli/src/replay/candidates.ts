import { formatPosition, formatTopicPartition, topicOf } from '@ballast/document';
import type { Lane, Position, TopicPartition } from '@ballast/document';
import { sha256OfValue, toArrival } from '@ballast/stage';
import type { Arrival } from '@ballast/stage';
import type { ReplayCopy } from '@ballast/stage/embedded';
import { refusedDocuments } from '@ballast/table';
import type { LogState, RefusedDocument } from '@ballast/table';
import { refusedFilterOf, waitingFilterOf } from './filter.ts';
import type { ReplayFilter } from './filter.ts';
import type { ReplayTopics } from './replay-topics.ts';

/** Lanes whose documents wait for allowance; the human lane enters by itself. */
export const waitingLanes: readonly Lane[] = ['p30', 'p50', 'p70', 'p90', 'synthetic', 'checked'];

/** A document that the filter selects, newest copy or not. */
export interface Candidate {
  readonly position: Position;
  readonly root: Position;
  /** `reject: too_few_words`, `wait: p50`. */
  readonly outcome: string;
  readonly tokens: number;
  /** How often its root came back with this outcome. */
  readonly times: number;
  /** The copy to send; undefined when the bytes are gone. */
  readonly copy: (replay: string) => Promise<ReplayCopy | undefined>;
}

/** Where candidates are looked for. */
export interface Search {
  readonly table: string;
  readonly topics: ReplayTopics;
  readonly filter: ReplayFilter;
  /** Head of the log of `data/`: what it consumed of a lane does not wait any more. */
  readonly data: LogState;
  /** Newest version of `refused/` that counts. */
  readonly refusedVersion: number;
  /** Ends of the lanes that count, by `topic/partition`. */
  readonly laneEnds: ReadonlyMap<string, bigint>;
}

/** Every refused or waiting document that the filter selects, refused ones first. */
export async function* findCandidates(search: Search): AsyncGenerator<Candidate> {
  const { table, topics, filter, refusedVersion } = search;
  const refused = refusedFilterOf(filter, refusedVersion);
  if (refused !== undefined) {
    for await (const page of refusedDocuments(table, refused))
      for (const document of page) yield ofRefused(document, topics);
  }
  const isWanted = waitingFilterOf(filter);
  if (isWanted === undefined) return;
  for (const lane of waitingLanes) {
    for (let partition = 0; partition < topics.partitions; partition += 1) {
      for await (const arrival of waitingIn({ topic: topicOf(lane), partition }, search)) {
        const { position, document, verdicts } = arrival;
        const [id, source, stratum] = [document?.id, document?.source, verdicts.oversample?.stratum];
        if (
          isWanted({
            position,
            reason: lane,
            id: id ?? null,
            source: source ?? null,
            stratum: stratum ?? null,
          })
        )
          yield ofWaiting(arrival, lane);
      }
    }
  }
}

function ofRefused(document: RefusedDocument, topics: ReplayTopics): Candidate {
  const { position, root, action, reason, tokens, times } = document;
  return {
    position,
    root,
    outcome: `${action}: ${reason ?? 'unknown'}`,
    tokens,
    times,
    async copy(replay) {
      const message = await topics.ingested(position);
      if (message === undefined || message.value === undefined) return undefined;
      const { value, replayOf } = toArrival(position, message);
      return copyOf(value, root, replayOf?.lane, replay);
    },
  };
}

function ofWaiting({ position, read, value, verdicts, replayOf }: Arrival, lane: Lane): Candidate {
  const root = replayOf?.root ?? position;
  const rootRead = replayOf === undefined ? read : replayOf.lane;
  return {
    position,
    root,
    outcome: `wait: ${lane}`,
    tokens: verdicts.oversample?.tokens ?? 0,
    times: 0,
    copy: async (replay) => copyOf(value, root, rootRead, replay),
  };
}

function copyOf(value: Uint8Array, root: Position, lane: Position | undefined, replay: string): ReplayCopy {
  return { replayOf: { root, sha256: sha256OfValue(value), replay, lane }, value };
}

/** First copies in a lane that the table has not consumed. */
async function* waitingIn(
  input: TopicPartition,
  { topics, data, laneEnds }: Search,
): AsyncGenerator<Arrival> {
  const key = formatTopicPartition(input);
  const state = data.offsets.get(key);
  const marks = new Map(Object.entries(state?.marks ?? {}).map(([ingest, mark]) => [ingest, BigInt(mark)]));
  for await (const messages of topics.read(input, state?.next ?? 0n, laneEnds.get(key) ?? 0n)) {
    for (const message of messages) {
      const arrival = toArrival(input, message);
      const ingest = formatTopicPartition(arrival.position);
      const mark = marks.get(ingest);
      if (mark !== undefined && arrival.position.offset <= mark) continue;
      marks.set(ingest, arrival.position.offset);
      yield arrival;
    }
  }
}

/** Why a selected document is not sent. */
export const exclusions = {
  kept: 'another copy of it is kept',
  later: 'a later copy of it is on its way or was judged',
  repeated: 'it came back for the same reason too often; --force replays it all the same',
  unreadable: 'the ingest could not carry its bytes',
} as const;

/** One of the reasons not to send a document. */
export type Exclusion = keyof typeof exclusions;

/** Decides which candidates are sent: of each family the newest copy at most, and none without end. */
export class Guard {
  readonly #data: LogState;
  readonly #times: number | null;
  readonly #newest = new Map<string, bigint>();
  readonly #done = new Set<string>();

  /** @param times How often a document may have come back with the same outcome; null for any. */
  constructor(data: LogState, times: number | null) {
    this.#data = data;
    this.#times = times;
  }

  /** Takes in what lies in the ingest topics; `replay` is the one that goes on. */
  async learn(
    topics: ReplayTopics,
    plans: Parameters<ReplayTopics['sent']>[0],
    replay?: string,
  ): Promise<this> {
    for await (const sent of topics.sent(plans)) {
      const root = formatPosition(sent.root);
      const newest = this.#newest.get(root);
      if (newest === undefined || newest < sent.position.offset) this.#newest.set(root, sent.position.offset);
      if (sent.replay === replay) this.#done.add(root);
    }
    return this;
  }

  /** Copies that the replay named to {@link learn} has sent. */
  get sent(): number {
    return this.#done.size;
  }

  /** Undefined for a document that is to be sent; `done` when this replay has sent it before. */
  exclude({ position, root, outcome, times }: Candidate): Exclusion | 'done' | undefined {
    const key = formatPosition(root);
    if (this.#done.has(key)) return 'done';
    if (this.#data.keptCopies.has(key)) return 'kept';
    const newest = this.#newest.get(key);
    if (newest !== undefined && newest > position.offset) return 'later';
    if (carriesNothing.has(outcome)) return 'unreadable';
    return this.#times !== null && times >= this.#times ? 'repeated' : undefined;
  }
}

/** Outcomes of documents whose bytes never were in the message: they would end the same way again. */
const carriesNothing: ReadonlySet<string> = new Set([
  'dead: too_large',
  'dead: unterminated_input',
  'dead: empty_value',
]);
