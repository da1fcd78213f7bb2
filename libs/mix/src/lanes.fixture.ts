import assert from 'node:assert/strict';
import { bandOf, formatPosition, formatTopicPartition, pipelineSchema, topicOf } from '@ballast/document';
import type { Lane, Pipeline, Placement, Pool, Position, Verdicts } from '@ballast/document';
import { runStage } from '@ballast/stage';
import type { Arrival, LaneReader, Routed } from '@ballast/stage';
import type { Consumed } from './consumed.ts';
import type { Alarm } from './ledger.ts';
import { createMixer } from './mixer.ts';
import type { Clock, Mixer, MixerOptions } from './mixer.ts';

/** A document as a test describes it. */
export interface Lot {
  readonly lane: Lane;
  readonly tokens: number;
  readonly p: number;
  readonly eps: number;
  readonly repeats?: number;
  readonly stratum?: string;
  readonly partition?: number;
}

/** Lane messages with positions, offsets and chain as the oversampler would have written them. */
export function messages(lots: readonly Lot[], ingest = 'documents.raw'): Arrival[] {
  const offsets = new Map<string, bigint>();
  const previous = new Map<string, Position>();
  const positions = new Map<number, bigint>();
  return lots.map((lot): Arrival => {
    const partition = lot.partition ?? 0;
    const offset = positions.get(partition) ?? 0n;
    positions.set(partition, offset + 1n);
    const position = { topic: ingest, partition, offset };
    const lane = formatTopicPartition({ topic: topicOf(lot.lane), partition });
    const read = { topic: topicOf(lot.lane), partition, offset: offsets.get(lane) ?? 0n };
    offsets.set(lane, read.offset + 1n);
    const before = previous.get(lane);
    previous.set(lane, position);
    const text = 'x'.repeat(Math.min(2_000, lot.tokens));
    const document = { id: formatPosition(position), text, source: 'test' };
    return {
      position,
      read,
      previous: before,
      value: new Uint8Array(),
      verdicts: verdictsOf(lot),
      document,
      unreadable: undefined,
    };
  });
}

function verdictsOf({ lane, p, eps, tokens, repeats = 1, stratum = 'all' }: Lot): Verdicts {
  const pools: { readonly [L in Lane]: Pool } = {
    human: 'presumed',
    p30: 'uncertain',
    p50: 'uncertain',
    p70: 'uncertain',
    p90: 'uncertain',
    synthetic: 'synthetic',
    checked: 'synthetic',
  };
  return {
    detect: {
      stage: 'detect',
      version: 't',
      action: 'keep',
      reason: 'model',
      pool: p === 0 ? 'anchor' : pools[lane],
      band: bandOf(p),
      p,
      pUpper: p,
      eps,
      calibrated: true,
      family: 'f',
      basis: 'model',
      evidence: [],
      snapshots: { model: 'm', calibration: 'c', prevalence: 'p' },
    },
    oversample: {
      stage: 'oversample',
      version: 't',
      action: 'keep',
      reason: 'test',
      stratum,
      repeats,
      tokens,
      snapshots: { reference: 'r', census: 'c' },
    },
  };
}

/** Lanes in memory: messages arrive when they are pushed; partitions of a topic take turns. */
export class MemoryLanes implements LaneReader {
  readonly log = new Map<string, Arrival[]>();
  readonly next = new Map<string, bigint>();
  readonly #turn = new Map<string, string>();
  #ended = false;
  #wake = Promise.withResolvers<void>();

  push(arrivals: readonly Arrival[]): this {
    for (const arrival of arrivals) {
      const key = formatTopicPartition(arrival.read);
      const log = this.log.get(key) ?? [];
      // Behind redelivered copies the offsets of later messages move on.
      log.push({ ...arrival, read: { ...arrival.read, offset: BigInt(log.length) } });
      this.log.set(key, log);
    }
    this.#notify();
    return this;
  }

  end(): this {
    this.#ended = true;
    this.#notify();
    return this;
  }

  /** A new reader: every partition continues where the table says. */
  restart(start: ReadonlyMap<string, bigint>): this {
    this.#ended = false;
    for (const key of this.next.keys()) this.next.set(key, start.get(key) ?? 0n);
    return this;
  }

  /** The writer sends the last `count` messages of every partition a second time, as after its own crash. */
  repeat(count: number): this {
    for (const log of this.log.values()) {
      for (const copy of log.slice(Math.max(0, log.length - count))) {
        const read = { ...copy.read, offset: BigInt(log.length) };
        log.push({ ...copy, read });
      }
    }
    return this;
  }

  head(topic: string): Arrival | undefined {
    const keys = [...this.log.keys()].filter((key) => key.startsWith(`${topic}/`));
    const start = keys.indexOf(this.#turn.get(topic) ?? '');
    for (let step = 0; step < keys.length; step += 1) {
      const key = keys[(Math.max(0, start) + step) % keys.length] ?? '';
      const arrival = this.log.get(key)?.[Number(this.next.get(key) ?? 0n)];
      if (arrival !== undefined) {
        this.#turn.set(topic, key);
        return arrival;
      }
    }
    return undefined;
  }

  take(topic: string): Arrival {
    const arrival = this.head(topic);
    if (arrival === undefined) throw new Error(`nothing in ${topic}`);
    const key = formatTopicPartition(arrival.read);
    this.next.set(key, arrival.read.offset + 1n);
    const keys = [...this.log.keys()].filter((other) => other.startsWith(`${topic}/`));
    this.#turn.set(topic, keys[(keys.indexOf(key) + 1) % keys.length] ?? key);
    return arrival;
  }

  rewind(next: ReadonlyMap<string, bigint>): void {
    for (const [key, offset] of next) {
      assert.ok(offset <= (this.next.get(key) ?? 0n), 'a rewind goes back');
      this.next.set(key, offset);
    }
  }

  arrivals(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const { promise } = this.#wake;
    return Promise.race([
      promise,
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    ]);
  }

  ended(): boolean {
    return this.#ended;
  }

  #notify(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}

/** A row as a reader of the table finds it. */
export interface TableRow {
  readonly lot: Arrival;
  readonly shard: number;
  readonly placement: Placement;
  readonly copy: boolean;
  readonly judged: boolean;
}

/** What came out of a run. */
export interface Outcome {
  readonly rows: readonly TableRow[];
  readonly deferred: readonly Arrival[];
  readonly written: readonly Routed[];
  readonly commits: readonly Consumed[];
  readonly alarms: readonly Alarm[];
  readonly deliveries: readonly (readonly Arrival[])[];
}

/** Time that stands still unless a test moves it. */
export const stillClock: Clock = {
  now: () => 0,
  sleep: (_, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
};

/** Mixer settings with small groups. */
export function settings(mixer: { readonly [name: string]: unknown } = {}): Pipeline['mixer'] {
  return pipelineSchema.parse({ mixer, detector: { tau: 0 } }).mixer;
}

/**
 * Drives a mixer to its end, or to a crash before the write of delivery `crashAt`; what was written for
 * a shard that was never committed is then gone, as it would be from the table.
 */
export async function mixAll(
  lanes: LaneReader,
  options: Partial<MixerOptions> = {},
  crashAt = Number.POSITIVE_INFINITY,
): Promise<Outcome & { readonly mixer: Mixer }> {
  const rows: TableRow[] = [];
  const written: Routed[] = [];
  const refused: { readonly arrival: Arrival; readonly shard: number }[] = [];
  const crash = new Error('crash');
  const commits: Consumed[] = [];
  const alarms: Alarm[] = [];
  const deliveries: (readonly Arrival[])[] = [];
  const mixer = createMixer({
    pipeline: settings(),
    lanes,
    start: new Map(),
    marks: {},
    clock: stillClock,
    signal: new AbortController().signal,
    seed: 7,
    commit: async (consumed) => void commits.push(consumed),
    alarm: (alarm) => void alarms.push(alarm),
    ...options,
    keptCopies: (root) => [
      ...(options.keptCopies?.(root) ?? []),
      ...copiesOf(
        root,
        rows.filter(({ shard }) => shard < commits.length).map(({ lot }) => lot),
      ),
    ],
    isDeferred: (read) =>
      options.isDeferred?.(read) === true ||
      refused.some(
        ({ arrival, shard }) =>
          shard < commits.length && formatPosition(arrival.read) === formatPosition(read),
      ),
  });
  const write = async (routed: readonly Routed[]): Promise<void> => {
    if (deliveries.length === crashAt) throw crash;
    written.push(...routed);
    deliveries.push(routed.map(({ arrival }) => arrival));
    for (const { arrival, verdicts } of routed) {
      if (verdicts.mix === undefined || !('placements' in verdicts.mix)) {
        refused.push({ arrival, shard: commits.length });
        continue;
      }
      for (const [index, placement] of verdicts.mix.placements.entries()) {
        rows.push({
          lot: arrival,
          shard: commits.length,
          placement,
          copy: index > 0,
          judged: verdicts.mix.judged,
        });
      }
    }
  };
  const run = runStage({
    source: mixer.source,
    stages: [mixer.stage],
    sink: { write },
    route: () => 'data',
    signal: new AbortController().signal,
  });
  await run.catch((error: unknown) => {
    if (error !== crash) throw error;
  });
  return {
    rows: rows.filter(({ shard }) => shard < commits.length),
    deferred: refused.filter(({ shard }) => shard < commits.length).map(({ arrival }) => arrival),
    written,
    commits,
    alarms,
    deliveries,
    mixer,
  };
}

/** Hashes of the replayed copies of `root` among kept arrivals, as the table's log names them. */
export function copiesOf(root: Position, kept: readonly Arrival[]): readonly string[] {
  return kept.flatMap(({ replayOf }) =>
    replayOf !== undefined && formatPosition(replayOf.root) === formatPosition(root) ? [replayOf.sha256] : [],
  );
}

/** The bound of protocol section 5 written down a second time, over the rows a reader finds. */
export function boundOf(
  rows: readonly TableRow[],
  tier: 'unverified' | 'total',
): { readonly upper: number; readonly nEff: number } {
  const documents = Map.groupBy(rows, ({ lot }) => formatPosition(lot.position));
  let [tokens, synthetic, error, variance, squares] = [0, 0, 0, 0, 0];
  for (const copies of documents.values()) {
    const { lot } = copies[0] ?? assert.fail();
    const detect = lot.verdicts.detect;
    const t = lot.verdicts.oversample?.tokens ?? 0;
    if (detect === undefined || !('p' in detect)) assert.fail();
    const all = copies.length * t;
    if (copies.some(({ copy }) => !copy)) tokens += t;
    if (detect.p > 0 && detect.p < 1) squares += all ** 2;
    if (tier === 'unverified' && lot.read.topic === 'documents.checked') continue;
    synthetic += all * detect.p;
    error += all * detect.eps;
    variance += all ** 2 * detect.p * (1 - detect.p);
  }
  const upper =
    tokens === 0
      ? synthetic + error > 0
        ? Infinity
        : 0
      : (synthetic + error + 2.33 * Math.sqrt(variance)) / tokens;
  return { upper, nEff: squares === 0 ? Infinity : tokens ** 2 / squares };
}

/** Rows by shard and unit. */
export function unitsOf(rows: readonly TableRow[]): readonly (readonly TableRow[])[] {
  return [...Map.groupBy(rows, ({ shard, placement }) => `${shard}/${placement.unit}`).values()];
}

/** Every promise of protocol P16 to P20 about what was written, checked from the rows alone. */
export function assertLegal({ rows, commits }: Outcome, mixer: Pipeline['mixer']): void {
  for (const unit of unitsOf(rows)) {
    const isJudged = unit.some(({ judged }) => judged);
    assert.ok(
      unit.every(({ judged }) => judged === isJudged),
      'a unit is judged as a whole, and copies claim what their originals claim',
    );
    assert.ok(
      unit.some(({ copy }) => !copy),
      'no unit consists of copies',
    );
    if (isJudged) {
      for (const tier of ['unverified', 'total'] as const) {
        const { upper, nEff } = boundOf(unit, tier);
        assert.ok(upper <= mixer.caps[tier], `${tier} ${upper} is above ${mixer.caps[tier]}`);
        assert.ok(nEff >= 306, `a judged unit of n_eff ${nEff}`);
      }
    } else {
      assert.ok(
        unit.every(({ lot }) => lot.read.topic === 'documents.human'),
        'unjudged means human-lane text only',
      );
    }
  }
  for (const shard of new Set(rows.map((row) => row.shard)))
    assertLayout(
      rows.filter((row) => row.shard === shard),
      mixer,
    );
  assertContiguous(commits);
}

function assertLayout(rows: readonly TableRow[], mixer: Pipeline['mixer']): void {
  const groups = Map.groupBy(rows, ({ placement }) => placement.group);
  assert.deepEqual(
    [...groups.keys()].toSorted((a, b) => a - b),
    [...groups.keys()].map((_, index) => index),
    'groups are counted without gaps',
  );
  for (const group of groups.values()) {
    assert.equal(new Set(group.map(({ placement }) => placement.unit)).size, 1, 'a group lies in one unit');
    const places = group.map(({ placement }) => placement.row).toSorted((a, b) => a - b);
    assert.deepEqual(
      places,
      places.map((_, index) => index),
      'rows are counted without gaps',
    );
    assert.ok(group.length <= mixer.rowGroupDocuments);
    const ids = group.map(({ lot }) => lot.position.offset + BigInt(lot.position.partition) * 2n ** 40n);
    assert.equal(new Set(ids).size, ids.length, 'copies lie in distinct groups');
  }
  const tokens = (some: readonly TableRow[]) =>
    some.reduce((sum, { lot }) => sum + (lot.verdicts.oversample?.tokens ?? 0), 0);
  assert.ok(
    tokens(rows.filter(({ copy }) => copy)) <= mixer.repeatedTokensMax * tokens(rows),
    'repeated tokens are bounded',
  );
}

/** Offsets of commits follow each other without a gap. */
function assertContiguous(commits: readonly Consumed[]): void {
  const next = new Map<string, bigint>();
  for (const { offsets } of commits) {
    for (const [lane, { from, to }] of Object.entries(offsets)) {
      assert.equal(BigInt(from), next.get(lane) ?? 0n, `${lane} goes on where it was`);
      assert.ok(BigInt(to) >= BigInt(from));
      next.set(lane, BigInt(to) + 1n);
    }
  }
}

/** What a restart finds in the table: where to go on, and the marks. */
export function resumeFrom(commits: readonly Consumed[]): Pick<MixerOptions, 'start' | 'marks'> {
  const start = new Map<string, bigint>();
  for (const { offsets } of commits)
    for (const [lane, { to }] of Object.entries(offsets)) start.set(lane, BigInt(to) + 1n);
  return { start, marks: commits.at(-1)?.marks ?? {} };
}

/** Outcomes of several runs over one table, as one. */
export function together(outcomes: readonly Outcome[]): Outcome {
  let shards = 0;
  const rows = outcomes.flatMap((outcome) => {
    const before = shards;
    shards += outcome.commits.length;
    return outcome.rows.map((row) => ({ ...row, shard: row.shard + before }));
  });
  return {
    rows,
    deferred: outcomes.flatMap(({ deferred }) => deferred),
    written: outcomes.flatMap(({ written }) => written),
    commits: outcomes.flatMap(({ commits }) => commits),
    alarms: outcomes.flatMap(({ alarms }) => alarms),
    deliveries: outcomes.flatMap(({ deliveries }) => deliveries),
  };
}

/** Every message is a row once, refused, or still unread; what was read is what was committed. */
export function assertAccounted(outcome: Outcome, lanes: MemoryLanes): void {
  const originals = outcome.rows.filter(({ copy }) => !copy).map(({ lot }) => formatPosition(lot.position));
  const refused = outcome.deferred.map(({ position }) => formatPosition(position));
  const unread = [...lanes.log].flatMap(([key, log]) =>
    firstCopies(log).filter(({ read }) => read.offset >= (lanes.next.get(key) ?? 0n)),
  );
  const all = [...originals, ...refused, ...unread.map(({ position }) => formatPosition(position))];
  const sent = new Set([...lanes.log.values()].flat().map(({ position }) => formatPosition(position)));
  assert.equal(new Set(all).size, all.length, 'nothing has two outcomes');
  assert.deepEqual(new Set(all), sent, 'nothing is lost');
  for (const [key, next] of lanes.next) {
    const committed = outcome.commits.findLast(({ offsets }) => offsets[key] !== undefined)?.offsets[key];
    assert.equal(
      committed === undefined ? 0n : BigInt(committed.to) + 1n,
      next,
      `${key} is committed as far as it was read`,
    );
  }
}

function firstCopies(log: readonly Arrival[]): readonly Arrival[] {
  return [...Map.groupBy(log, ({ position }) => formatPosition(position)).values()].flatMap((copies) =>
    copies.slice(0, 1),
  );
}
