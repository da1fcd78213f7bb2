import { setTimeout as delay } from 'node:timers/promises';
import { topicOf } from '@ballast/document';
import { localStore, openTable, tableSummary } from '@ballast/table';
import type { LogState } from '@ballast/table';
import type { ReplayCopy } from '@ballast/stage/embedded';
import { Guard, findCandidates, waitingLanes } from './candidates.ts';
import type { Exclusion, Search } from './candidates.ts';
import type { ReplayFilter } from './filter.ts';
import { ReplayRecords, newReplayId, whoAmI } from './record.ts';
import type { ReplayPlan } from './record.ts';
import type { ReplayTopics } from './replay-topics.ts';

/** How a replay is asked for. */
export interface ReplayRequest {
  readonly table: string;
  readonly topics: ReplayTopics;
  readonly filter: ReplayFilter;
  readonly why: string | null;
  readonly rate: number | null;
  readonly max: number | null;
  readonly times: number | null;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number, planned: number) => void;
}

/** What a replay would send, or sent. */
export interface ReplayReport {
  readonly replay: string | null;
  readonly documents: number;
  readonly tokens: number;
  /** By outcome. */
  readonly reasons: { readonly [outcome: string]: number };
  /** Selected, and not sent. */
  readonly excluded: { readonly [why in Exclusion]: number };
  /** Copies that this call appended. */
  readonly sent: number;
  /** Of an earlier call of the same replay. */
  readonly sentBefore: number;
  readonly missing: number;
  /** False when a signal ended it: the same replay can go on. */
  readonly finished: boolean;
}

/** Documents of one append at most, and their bytes. */
const batchDocuments = 256;
const batchBytes = 4 * 1024 * 1024;

/** Counts what the filter selects; sends and records nothing. Rejects with exit 66 when there is no table. */
export async function planReplay(request: ReplayRequest): Promise<ReplayReport> {
  const world = await openWorld(request.table);
  const guard = await new Guard(world.data, request.times).learn(request.topics, await world.records.plans());
  return await count(request, await searchNow(request, world), guard);
}

/** Plans, records and sends a new replay. Nothing is recorded when there is nothing to send. */
export async function startReplay(request: ReplayRequest): Promise<ReplayReport> {
  const { table, topics, filter, why, rate, max, times } = request;
  const world = await openWorld(table);
  const plans = await world.records.plans();
  const guard = await new Guard(world.data, times).learn(topics, plans);
  const search = await searchNow(request, world);
  const planned = await count(request, search, guard);
  if (planned.documents === 0) return planned;
  const now = new Date();
  const plan: ReplayPlan = {
    schemaVersion: 1,
    id: newReplayId(now),
    startedAt: now.toISOString(),
    by: whoAmI(),
    why,
    filter,
    rate,
    max,
    times,
    planned: { documents: planned.documents, tokens: planned.tokens, reasons: { ...planned.reasons } },
    refusedVersion: search.refusedVersion,
    laneEnds: toText(search.laneEnds),
    ingestEnds: toText(await topics.ends(await topics.ingestTopics())),
  };
  await world.records.begin(plan);
  return await send(request, plan, search, guard, world.records, planned);
}

/** Goes on with a replay that was cut off: the same filter, nothing newer, nothing twice. */
export async function resumeReplay(
  request: Omit<ReplayRequest, 'filter' | 'why' | 'rate' | 'max' | 'times'>,
  id: string,
): Promise<ReplayReport> {
  const { table, topics } = request;
  const world = await openWorld(table);
  const plan = await world.records.open(id);
  const guard = await new Guard(world.data, plan.times).learn(topics, await world.records.plans(), id);
  const search: Search = {
    table,
    topics,
    filter: plan.filter,
    data: world.data,
    refusedVersion: plan.refusedVersion,
    laneEnds: new Map(Object.entries(plan.laneEnds).map(([lane, end]) => [lane, BigInt(end)])),
  };
  const rest = { ...plan, max: plan.max === null ? null : Math.max(0, plan.max - guard.sent) };
  const all = { ...request, ...rest };
  const planned = await count(all, search, guard);
  return await send(all, plan, search, guard, world.records, planned);
}

interface World {
  readonly data: LogState;
  readonly refused: LogState;
  readonly records: ReplayRecords;
}

async function openWorld(root: string): Promise<World> {
  // Opening creates what is missing; a replay of a table that is not there is a mistake.
  await tableSummary(root);
  const { dataState, refusedState } = await openTable(root);
  return { data: dataState, refused: refusedState, records: new ReplayRecords(localStore(root)) };
}

async function searchNow(
  { table, topics, filter }: ReplayRequest,
  { data, refused }: World,
): Promise<Search> {
  const laneEnds = await topics.ends(waitingLanes.map(topicOf));
  return { table, topics, filter, data, refusedVersion: refused.version, laneEnds };
}

function toText(ends: ReadonlyMap<string, bigint>): { [input: string]: string } {
  return Object.fromEntries([...ends].map(([input, end]) => [input, String(end)]));
}

const nothing = { replay: null, sent: 0, sentBefore: 0, missing: 0, finished: true } as const;

async function count(
  { max }: Pick<ReplayRequest, 'max'>,
  search: Search,
  guard: Guard,
): Promise<ReplayReport> {
  const reasons: { [outcome: string]: number } = {};
  const excluded = { kept: 0, later: 0, repeated: 0, unreadable: 0 };
  let [documents, tokens] = [0, 0];
  for await (const candidate of findCandidates(search)) {
    const why = guard.exclude(candidate);
    if (why === 'done') continue;
    if (why !== undefined) {
      excluded[why] += 1;
      continue;
    }
    if (max !== null && documents >= max) continue;
    documents += 1;
    tokens += candidate.tokens;
    reasons[candidate.outcome] = (reasons[candidate.outcome] ?? 0) + 1;
  }
  return { ...nothing, documents, tokens, reasons, excluded };
}

async function send(
  {
    topics,
    rate,
    max,
    signal,
    onProgress,
  }: Pick<ReplayRequest, 'topics' | 'rate' | 'max' | 'signal' | 'onProgress'>,
  plan: ReplayPlan,
  search: Search,
  guard: Guard,
  records: ReplayRecords,
  planned: ReplayReport,
): Promise<ReplayReport> {
  const pace = new Pace(rate);
  let [sent, missing, taken] = [0, 0, 0];
  let batch: ReplayCopy[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await pace.wait(batch.length, signal);
    sent += await topics.send(batch);
    topics.failAt('replay:sent');
    onProgress(sent, planned.documents);
    [batch, bytes] = [[], 0];
  };
  for await (const candidate of findCandidates(search)) {
    if (signal.aborted || (max !== null && taken >= max)) break;
    if (guard.exclude(candidate) !== undefined) continue;
    taken += 1;
    const copy = await candidate.copy(plan.id);
    if (copy === undefined) {
      missing += 1;
      continue;
    }
    batch.push(copy);
    bytes += copy.value.byteLength;
    if (batch.length >= pace.batch || bytes >= batchBytes) await flush();
  }
  if (!signal.aborted) await flush();
  const finished = !signal.aborted;
  const sentBefore = guard.sent;
  if (finished) {
    const [endedAt, documents] = [new Date().toISOString(), sentBefore + sent];
    await records.end({ schemaVersion: 1, id: plan.id, endedAt, by: whoAmI(), documents, missing });
  }
  return { ...planned, replay: plan.id, sent, sentBefore, missing, finished };
}

/** Spreads appends over time, four a second where the rate is low. */
class Pace {
  readonly #rate: number | null;
  /** Documents of one append. */
  readonly batch: number;
  readonly #startedMs = performance.now();
  #documents = 0;

  constructor(rate: number | null) {
    this.#rate = rate;
    this.batch = rate === null ? batchDocuments : Math.min(batchDocuments, Math.max(1, Math.ceil(rate / 4)));
  }

  /** Waits until so many more documents are due. */
  async wait(documents: number, signal: AbortSignal): Promise<void> {
    if (this.#rate !== null) {
      const dueMs = this.#startedMs + (1_000 * this.#documents) / this.#rate;
      // An abort ends the wait; it is no error, and the batch in hand still goes out.
      await delay(Math.max(0, dueMs - performance.now()), undefined, { signal }).catch(() => undefined);
    }
    this.#documents += documents;
  }
}
