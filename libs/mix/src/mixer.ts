import { formatPosition } from '@ballast/document';
import type { Lane, MixVerdict, Pipeline, Position } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Delivery, LaneReader, Source, Stage } from '@ballast/stage';
import type { Caps } from './cap.ts';
import type { Consumed } from './consumed.ts';
import type { KeptCopies } from './copies.ts';
import { mixErrors } from './errors.ts';
import { Forecast } from './forecast.ts';
import type { Sizes } from './forecast.ts';
import { LaneHeads } from './lane-heads.ts';
import { LaneTotals } from './ledger.ts';
import type { Alarm, UnitSummary } from './ledger.ts';
import { Mixing } from './mixing.ts';
import { mixVersion } from './row.ts';
import { ShardPlan } from './shard-plan.ts';
import type { Release } from './shard-plan.ts';

/** Raw text bytes per compressed byte of a shard, measured on web text with zstd 3; decides only where a shard ends. */
const compression = 2.2;

/** Units shown by {@link MixerStatus}. */
const unitsShown = 20;

/** Time as the mixer sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** How {@link createMixer} is wired. */
export interface MixerOptions {
  readonly pipeline: Pipeline['mixer'];
  readonly lanes: LaneReader;
  /** Next offset to read per lane `topic/partition`, from the table's log; empty at the very start. */
  readonly start: ReadonlyMap<string, bigint>;
  /** High-water marks of the last commit. */
  readonly marks: Consumed['marks'];
  /**
   * True for a lane position that an earlier commit, cut off half-way, already deferred: such a
   * document is deferred again, never placed. Default: none.
   */
  readonly isDeferred?: (read: Position) => boolean;
  /** Replayed copies that the table holds, this mixer's own commits included. Default: none. */
  readonly keptCopies?: KeptCopies;
  /** Called when the last delivery of a shard is acked; its rejection stops the mixer. */
  readonly commit: (consumed: Consumed) => Promise<void>;
  readonly alarm: (alarm: Alarm) => void;
  readonly clock: Clock;
  /** Ends the mixer: what is open is closed, delivered and committed. */
  readonly signal: AbortSignal;
  /** Seed of the order within units, 32-bit; recorded in the ledger. */
  readonly seed: number;
  /** Age at which a shard with a judged unit is committed. Default: `maxHumanDelaySeconds`. */
  readonly commitAfterSeconds?: number;
  /** Raw text bytes of the largest unit held in memory. Default 64 MiB. */
  readonly unitBytesMax?: number;
}

/** Live figures of the mixer. */
export interface MixerStatus {
  readonly lanes: {
    readonly [L in Lane]: { readonly documents: number; readonly tokens: number; readonly paused: boolean };
  };
  readonly openUnit: {
    readonly rows: number;
    readonly tokens: number;
    readonly bytes: number;
    readonly fill: number;
  };
  /** The last units closed, latest last. */
  readonly units: readonly UnitSummary[];
  readonly alarms: readonly Alarm[];
}

/** The mixer: a source of finished units, the stage that judges what it delivers, and its figures. */
export interface Mixer {
  readonly source: Source;
  readonly stage: Stage<MixVerdict>;
  status(): MixerStatus;
}

/**
 * Mixes the lanes into judged units. Drive `source` and `stage` with `runStage`: a delivery is one
 * unit in its row order, followed by the documents that became no row; when the last delivery of
 * a shard is acked, `commit` makes the shard and what was consumed for it durable.
 *
 * The source ends when the lanes have ended and nothing more can be admitted, or on abort.
 */
export function createMixer(options: MixerOptions): Mixer {
  const run = new MixerRun(options);
  return {
    source: { [Symbol.asyncIterator]: () => run.deliveries() },
    stage: {
      name: 'mix',
      version: mixVersion,
      process: async (batch) => batch.map(({ position }) => run.verdictOf(formatPosition(position))),
    },
    status: () => run.status(),
  };
}

class MixerRun {
  readonly #options: MixerOptions;
  readonly #caps: Caps;
  readonly #sizes: Sizes;
  readonly #heads: LaneHeads;
  readonly #mixing: Mixing;
  readonly #totals = new LaneTotals();
  readonly #verdicts = new Map<string, MixVerdict>();
  #shard: ShardPlan;
  #units: readonly UnitSummary[] = [];
  #alarms: readonly Alarm[] = [];
  /** When the first message that the next commit covers was read. */
  #since: number | undefined;

  constructor(options: MixerOptions) {
    const { caps, rowGroupDocuments, rowGroupBytes } = options.pipeline;
    this.#options = options;
    this.#caps = caps;
    this.#sizes = {
      rowGroupDocuments,
      rowGroupBytes,
      unitBytesMax: options.unitBytesMax ?? 64 * 1024 * 1024,
    };
    this.#heads = new LaneHeads(options);
    this.#mixing = new Mixing({
      heads: this.#heads,
      forecast: new Forecast(caps, this.#sizes),
      caps,
      alarm: (alarm) => this.#raise(alarm),
    });
    this.#shard = this.#newShard();
  }

  async *deliveries(): AsyncGenerator<Delivery> {
    const { lanes, signal, pipeline } = this.#options;
    for (;;) {
      if (signal.aborted) {
        yield* this.#finish();
        return;
      }
      if (this.#isDue()) {
        yield* this.#finish();
        continue;
      }
      // Asked before the step: what arrives between the two is then seen by the next round.
      const ended = lanes.ended();
      const progressed = this.#mixing.step(this.#shard);
      if (progressed) {
        this.#since ??= this.#options.clock.now();
        for (const release of this.#shard.release(false)) yield this.#deliver(release);
        if (this.#shard.bytes >= pipeline.shardBytes * compression && this.#mixing.unit.isEmpty) {
          this.#mixing.closeAside(this.#shard);
          yield* this.#flush();
        }
      } else if (this.#mixing.awaitsCommit) {
        yield* this.#finish();
      } else if (ended) {
        yield* this.#finish();
        // What was held for this commit is decided now; its lanes may go on.
        if (!this.#mixing.hasOutcast) return;
      } else {
        // Redeliveries alone are committed too, or a lane that ends in them would lag for ever.
        if (this.#heads.hasRead) this.#since ??= this.#options.clock.now();
        await this.#wait();
      }
    }
  }

  verdictOf(key: string): MixVerdict {
    const verdict = this.#verdicts.get(key);
    if (verdict !== undefined) return verdict;
    throw new BallastError(mixErrors.unplanned, `mix: ${key} is in no unit that this mixer delivered`);
  }

  status(): MixerStatus {
    const { unit, paused } = this.#mixing;
    const lane = (name: Lane) => ({ ...this.#totals.of(name), paused: paused.has(name) });
    return {
      lanes: {
        human: lane('human'),
        p30: lane('p30'),
        p50: lane('p50'),
        p70: lane('p70'),
        p90: lane('p90'),
        synthetic: lane('synthetic'),
        checked: lane('checked'),
      },
      openUnit: {
        rows: unit.rows,
        tokens: unit.tally.tokens,
        bytes: unit.bytes,
        fill: Math.min(1, unit.rows / (unit.groups * this.#sizes.rowGroupDocuments)),
      },
      units: [...this.#units, ...this.#shard.units].slice(-unitsShown),
      alarms: this.#alarms,
    };
  }

  /** Protocol P19: by age only with a judged unit, or after the longest delay a human document may have. */
  #isDue(): boolean {
    const due = this.#dueAt();
    return due !== undefined && this.#options.clock.now() >= due;
  }

  #dueAt(): number | undefined {
    if (this.#since === undefined) return undefined;
    const { maxHumanDelaySeconds } = this.#options.pipeline;
    const early = this.#options.commitAfterSeconds ?? maxHumanDelaySeconds;
    const hasClaim = this.#shard.units.some(({ judged }) => judged);
    const seconds = hasClaim ? Math.min(early, maxHumanDelaySeconds) : maxHumanDelaySeconds;
    return this.#since + seconds * 1000;
  }

  async *#finish(): AsyncGenerator<Delivery> {
    const late = this.#isDue();
    this.#mixing.finish(this.#shard);
    const { units } = this.#shard;
    if (late && units.length > 0 && !units.some(({ judged }) => judged)) {
      const { maxHumanDelaySeconds } = this.#options.pipeline;
      this.#raise({
        kind: 'rate_too_low_to_admit',
        message:
          `${maxHumanDelaySeconds} s passed without enough human text for one judged unit: ` +
          'the human lane is committed alone, the waiting lanes stay where they are',
      });
    }
    yield* this.#flush();
  }

  /** Delivers the rest of the shard; the ack of its last delivery commits it. */
  async *#flush(): AsyncGenerator<Delivery> {
    const shard = this.#shard;
    const consumed = this.#heads.consumed();
    const releases = shard.release(true);
    this.#since = undefined;
    if (releases.length === 0 && Object.keys(consumed.offsets).length === 0) return;
    const last: Release = releases.at(-1) ?? { arrivals: [], verdicts: new Map() };
    const ledger = shard.ledger.print(shard.units, this.#caps, this.#options.seed);
    this.#heads.settle();
    this.#units = [...this.#units, ...shard.units].slice(-unitsShown);
    this.#shard = this.#newShard();
    for (const release of releases.slice(0, -1)) yield this.#deliver(release);
    yield this.#deliver(last, () => this.#options.commit({ ...consumed, ledger }));
  }

  #deliver(release: Release, commit?: () => Promise<void>): Delivery {
    for (const [key, verdict] of release.verdicts) this.#verdicts.set(key, verdict);
    return {
      input: { topic: 'mix', partition: 0 },
      arranged: true,
      batch: release.arrivals,
      ack: async () => {
        await commit?.();
        for (const key of release.verdicts.keys()) this.#verdicts.delete(key);
      },
    };
  }

  #newShard(): ShardPlan {
    return new ShardPlan(
      this.#sizes,
      this.#options.seed,
      this.#options.pipeline.repeatedTokensMax,
      this.#totals,
    );
  }

  #raise(alarm: Alarm): void {
    this.#alarms = [...this.#alarms, alarm].slice(-unitsShown);
    this.#shard.ledger.note(alarm);
    this.#options.alarm(alarm);
  }

  async #wait(): Promise<void> {
    const { lanes, clock, signal } = this.#options;
    const waiting = new AbortController();
    const either = AbortSignal.any([signal, waiting.signal]);
    const due = this.#dueAt();
    const waits = [lanes.arrivals(either)];
    if (due !== undefined) waits.push(clock.sleep(Math.max(0, due - clock.now()), either));
    try {
      await Promise.race(waits);
    } finally {
      waiting.abort();
    }
  }
}
