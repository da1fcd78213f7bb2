import { lanes, tokenCounter } from '@ballast/document';
import type { Lane } from '@ballast/document';
import type { Json } from '@ballast/stage';
import { boundZ, effectiveCountMin } from './cap.ts';
import type { Bounds, Caps } from './cap.ts';
import type { Slot } from './open-unit.ts';
import { mixVersion } from './row.ts';

/** Something a person should know; documents are safe. */
export interface Alarm {
  readonly kind: 'human_lane_breaks_cap' | 'rate_too_low_to_admit';
  readonly message: string;
}

/** A unit in the ledger of its shard. */
export interface UnitSummary {
  /** Counted within the shard. */
  readonly unit: number;
  /** False: too small to bound, human-lane text only. */
  readonly judged: boolean;
  readonly reason: string;
  /** First row group and number of row groups, counted within the shard. */
  readonly group: number;
  readonly groups: number;
  /** Rows of documents, copies not counted. */
  readonly documents: number;
  /** Tokens of the documents, copies not counted. */
  readonly tokens: number;
  /** Tokens of the copies. */
  readonly repeatedTokens: number;
  readonly bounds: Bounds;
  /** Seed of the order within the unit. */
  readonly seed: number;
}

/** Strata named in one ledger; the rest is counted as `(other)`, so that labels cannot blow up a footer. */
const strataMax = 1000;

interface Amounts {
  documents: number;
  tokens: number;
  repeatedTokens: number;
}

/** Counts what a shard holds, by lane and stratum, and prints it as the ratio ledger of its commit. */
export class ShardLedger {
  readonly #lanes = new Map<string, Amounts>();
  readonly #strata = new Map<string, Amounts>();
  readonly #alarms: Alarm[] = [];
  #refused = 0;

  /** Counts the rows of a closed unit. */
  count(slots: readonly Slot[]): void {
    for (const { row, copy } of slots) {
      const named = this.#strata.has(row.stratum) || this.#strata.size < strataMax;
      enter(this.#lanes, row.lane, row.charge.tokens, copy);
      enter(this.#strata, named ? row.stratum : '(other)', row.charge.tokens, copy);
    }
  }

  /** Counts messages that became no row. */
  refuse(documents: number): void {
    this.#refused += documents;
  }

  /** Keeps an alarm beside the figures it explains. */
  note(alarm: Alarm): void {
    this.#alarms.push(alarm);
  }

  /** The ledger as it stands in the commit; `nEff` is null when nothing in the unit is uncertain. */
  print(units: readonly UnitSummary[], caps: Caps, seed: number): Json {
    return {
      version: mixVersion,
      tokenCounter,
      caps: { unverified: caps.unverified, total: caps.total },
      z: boundZ,
      effectiveCountMin,
      seed,
      units: units.map(printUnit),
      lanes: printAmounts(this.#lanes),
      strata: printAmounts(this.#strata),
      refused: this.#refused,
      alarms: this.#alarms.map(({ kind, message }) => ({ kind, message })),
    };
  }
}

/** Documents and tokens admitted, by lane. */
export type LaneAmounts = { readonly [L in Lane]: { readonly documents: number; readonly tokens: number } };

/** Sums by lane over the whole run. */
export class LaneTotals {
  readonly #lanes = new Map<string, Amounts>();

  /** Counts the rows of a closed unit. */
  count(slots: readonly Slot[]): void {
    for (const { row, copy } of slots) enter(this.#lanes, row.lane, row.charge.tokens, copy);
  }

  /** Documents and tokens of a lane so far, copies not counted. */
  of(lane: Lane): LaneAmounts[Lane] {
    const { documents, tokens } = this.#lanes.get(lane) ?? { documents: 0, tokens: 0 };
    return { documents, tokens };
  }
}

function enter(into: Map<string, Amounts>, name: string, tokens: number, copy: boolean): void {
  const amounts = into.get(name) ?? { documents: 0, tokens: 0, repeatedTokens: 0 };
  if (copy) amounts.repeatedTokens += tokens;
  else {
    amounts.documents += 1;
    amounts.tokens += tokens;
  }
  into.set(name, amounts);
}

function printAmounts(amounts: ReadonlyMap<string, Amounts>): Json {
  const known = (name: string): number => lanes.findIndex((lane) => lane === name);
  const sorted = [...amounts].toSorted(([a], [b]) => known(a) - known(b) || (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, amount]) => [name, { ...amount }]));
}

function printUnit({ bounds, ...unit }: UnitSummary): Json {
  const { effectiveCount } = bounds;
  return {
    ...unit,
    nEff: Number.isFinite(effectiveCount) ? effectiveCount : null,
    unverified: { ...bounds.unverified },
    total: { ...bounds.total },
  };
}
