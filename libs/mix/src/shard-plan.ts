import { formatPosition, lanes } from '@ballast/document';
import type { MixVerdict, Placement } from '@ballast/document';
import type { Arrival } from '@ballast/stage';
import { Tally } from './cap.ts';
import type { Bounds } from './cap.ts';
import type { Sizes } from './forecast.ts';
import { ShardLedger } from './ledger.ts';
import type { LaneTotals, UnitSummary } from './ledger.ts';
import type { OpenUnit, Slot } from './open-unit.ts';
import { interleave, seedOf } from './order.ts';
import { mixVersion } from './row.ts';
import type { Outcast, Row } from './row.ts';

/** Closed units kept back so that an original's copies may still find a place: room for 4 copies in all. */
const windowUnits = 3;
/** Raw text bytes of the closed units kept back; large units leave earlier. */
const windowBytes = 96 * 1024 * 1024;

/** A unit with its rows in order. */
interface ClosedUnit {
  readonly summary: UnitSummary;
  readonly slots: readonly Slot[];
  readonly outcasts: readonly Outcast[];
  readonly bytes: number;
}

/** A unit on its way out: its documents in row order, then what became no row, and the verdicts by position. */
export interface Release {
  readonly arrivals: readonly Arrival[];
  readonly verdicts: ReadonlyMap<string, MixVerdict>;
}

/** Whether a unit may claim the bound, and why not. */
export interface Claim {
  readonly judged: boolean;
  readonly reason: string;
}

/**
 * The shard being planned: closed units in order, where each row lies, which copies were granted, and
 * what may leave. Units and groups are counted within the shard; nothing of it outlives the shard, so
 * no copy crosses its border.
 */
export class ShardPlan {
  readonly ledger = new ShardLedger();
  readonly #sizes: Sizes;
  readonly #seed: number;
  readonly #repeatedShareMax: number;
  readonly #totals: LaneTotals;
  readonly #summaries: UnitSummary[] = [];
  #window: ClosedUnit[] = [];
  readonly #placements = new Map<string, Placement[]>();
  readonly #loose: Outcast[] = [];
  #queue: Row[] = [];
  #groups = 0;
  #bytes = 0;
  #tokens = 0;
  #repeatedTokens = 0;

  /** @param repeatedShareMax Largest share of repeated tokens. @param totals Counts on over all shards. */
  constructor(sizes: Sizes, seed: number, repeatedShareMax: number, totals: LaneTotals) {
    this.#sizes = sizes;
    this.#seed = seed;
    this.#repeatedShareMax = repeatedShareMax;
    this.#totals = totals;
  }

  /** Raw text bytes of the closed units, copies included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Units closed so far. */
  get units(): readonly UnitSummary[] {
    return this.#summaries;
  }

  /** The bounds of the last unit together with `unit`, if it is judged and still here. */
  boundsJoined(unit: OpenUnit): Bounds | undefined {
    const last = this.#last();
    return last === undefined ? undefined : measure([...last.slots, ...unit.slots]).bounds();
  }

  /** A tally of the last unit, to test many additions to it; rough where both hold the same document. */
  tallyOfLast(): Tally | undefined {
    const last = this.#last();
    return last === undefined ? undefined : measure(last.slots);
  }

  /** Closes the unit as the next one of the shard. */
  close(unit: OpenUnit, claim: Claim): void {
    // A copy claims what its original claims, so neither lies where the other's claim does not hold.
    if (!claim.judged) this.revoke(unit);
    const slots = this.#ordered(unit);
    const seed = this.#unitSeed(unit);
    this.#push(unit, slots, {
      ...claim,
      unit: this.#summaries.length,
      group: this.#groups,
      seed,
      ...figuresOf(slots),
    });
  }

  /** Lets messages that became no row leave without a unit. */
  pass({ outcasts }: OpenUnit): void {
    this.#loose.push(...outcasts);
    this.ledger.refuse(outcasts.length);
  }

  /** Closes the unit as further row groups of the last one (protocol P18). */
  join(unit: OpenUnit): void {
    const last = this.#window.pop();
    if (last === undefined) return this.close(unit, { judged: false, reason: 'too_small_to_bound' });
    this.#summaries.pop();
    const slots = [...last.slots, ...this.#ordered(unit)];
    this.#push(unit, slots, { ...last.summary, ...figuresOf(slots) }, last);
  }

  /** The next document that wants a copy, if the shard still grants any to `unit`. */
  wanted(unit: OpenUnit): Row | undefined {
    const row = this.#queue[0];
    if (row === undefined) return undefined;
    // Only what can no longer be given back counts as the text that repeats are measured against.
    const allowance = this.#repeatedShareMax * (this.#tokens + unit.human.tokens);
    if (!unit.holdsCopyOf(row) && this.#repeatedTokens + row.charge.tokens <= allowance) return row;
    this.postpone();
    return undefined;
  }

  /** Puts the wanted document behind the others. */
  postpone(): void {
    const row = this.#queue.shift();
    if (row !== undefined) this.#queue.push(row);
  }

  /** Grants the wanted document a copy in `unit`. */
  grant(unit: OpenUnit): void {
    const row = this.#queue.shift();
    if (row === undefined) return;
    unit.enterCopy(row);
    this.#repeatedTokens += row.charge.tokens;
  }

  /** Takes the copies of `unit` back. */
  revoke(unit: OpenUnit): void {
    for (const row of unit.withdrawCopies()) this.#repeatedTokens -= row.charge.tokens;
  }

  /** Units whose placements are final: all of them with `all`, else those that left the window. */
  release(all: boolean): readonly Release[] {
    const released: Release[] = [];
    while (this.#window.length > 0 && (all || this.#isWindowFull())) {
      const unit = this.#window.shift();
      if (unit !== undefined) released.push(this.#plan(unit));
    }
    if (all && this.#loose.length > 0) released.push(planOf([], this.#loose.splice(0), new Map()));
    if (released.length > 0) this.#refill();
    return released;
  }

  #last(): ClosedUnit | undefined {
    const last = this.#window.at(-1);
    return last?.summary.judged === true ? last : undefined;
  }

  #isWindowFull(): boolean {
    const bytes = this.#window.reduce((sum, unit) => sum + unit.bytes, 0);
    return this.#window.length > windowUnits || (this.#window.length > 1 && bytes > windowBytes);
  }

  #unitSeed(unit: OpenUnit): number {
    const first = unit.slots[0];
    return seedOf(`${this.#seed}/${first === undefined ? '' : formatPosition(first.row.arrival.position)}`);
  }

  #ordered(unit: OpenUnit): readonly Slot[] {
    const sides = lanes.map((lane) => unit.slots.filter(({ row }) => row.lane === lane));
    return interleave(sides, ({ row }) => row.charge.tokens, this.#unitSeed(unit));
  }

  #push(
    unit: OpenUnit,
    slots: readonly Slot[],
    summary: Omit<UnitSummary, 'groups'>,
    before?: ClosedUnit,
  ): void {
    const fresh = slots.slice(before?.slots.length ?? 0);
    const first = this.#groups;
    this.#place(fresh, summary.unit);
    const groups = this.#groups - first + (before?.summary.groups ?? 0);
    const closed: ClosedUnit = {
      summary: { ...summary, groups },
      slots,
      outcasts: [...(before?.outcasts ?? []), ...unit.outcasts],
      bytes: (before?.bytes ?? 0) + unit.bytes,
    };
    this.#summaries.push(closed.summary);
    this.#window.push(closed);
    this.#bytes += unit.bytes;
    this.#tokens += unit.tally.tokens;
    this.ledger.count(fresh);
    this.#totals.count(fresh);
    this.ledger.refuse(unit.outcasts.length);
    this.#refill();
  }

  /** Cuts rows into row groups in their order and notes where each lies. */
  #place(slots: readonly Slot[], unit: number): void {
    const { rowGroupDocuments, rowGroupBytes } = this.#sizes;
    let rows = 0;
    let bytes = 0;
    for (const { row } of slots) {
      if (rows === rowGroupDocuments || (rows > 0 && bytes + row.bytes > rowGroupBytes)) {
        this.#groups += 1;
        rows = 0;
        bytes = 0;
      }
      const key = formatPosition(row.arrival.position);
      const places = this.#placements.get(key) ?? [];
      places.push({ unit, group: this.#groups, row: rows });
      this.#placements.set(key, places);
      rows += 1;
      bytes += row.bytes;
    }
    if (rows > 0) this.#groups += 1;
  }

  /** Who may still get a copy: documents of units that have not left, below the repeats proposed. */
  #refill(): void {
    const judged = this.#window.filter(({ summary }) => summary.judged);
    const rows = judged.flatMap(({ slots }) => slots.filter(({ copy, row }) => !copy && row.repeats > 1));
    this.#queue = rows
      .map(({ row }) => row)
      .filter(
        (row) => (this.#placements.get(formatPosition(row.arrival.position))?.length ?? 0) < row.repeats,
      );
  }

  #plan({ slots, outcasts, summary }: ClosedUnit): Release {
    const verdicts = new Map<string, MixVerdict>();
    const originals = slots.filter(({ copy }) => !copy).map(({ row }) => row.arrival);
    for (const { position } of originals) {
      const key = formatPosition(position);
      const placements = this.#placements.get(key) ?? [];
      const { judged, reason } = summary;
      verdicts.set(key, { stage: 'mix', version: mixVersion, action: 'keep', reason, judged, placements });
      this.#placements.delete(key);
    }
    return planOf(originals, outcasts, verdicts);
  }
}

function planOf(
  originals: readonly Arrival[],
  outcasts: readonly Outcast[],
  verdicts: Map<string, MixVerdict>,
): Release {
  for (const { arrival, verdict } of outcasts) {
    if (verdict !== undefined) verdicts.set(formatPosition(arrival.position), verdict);
  }
  return { arrivals: [...originals, ...outcasts.map(({ arrival }) => arrival)], verdicts };
}

/** Exact sums of placed rows from scratch: all rows of one document count as one (protocol P16). */
export function measure(slots: readonly Slot[]): Tally {
  const documents = new Map<string, { row: Row; originals: number; copies: number }>();
  for (const { row, copy } of slots) {
    const key = formatPosition(row.arrival.position);
    const document = documents.get(key) ?? { row, originals: 0, copies: 0 };
    if (copy) document.copies += 1;
    else document.originals += 1;
    documents.set(key, document);
  }
  const tally = new Tally();
  for (const { row, originals, copies } of documents.values()) tally.add(row.charge, originals, copies);
  return tally;
}

function figuresOf(
  slots: readonly Slot[],
): Pick<UnitSummary, 'documents' | 'tokens' | 'repeatedTokens' | 'bounds'> {
  const tally = measure(slots);
  const copies = slots.filter(({ copy }) => copy);
  return {
    documents: slots.length - copies.length,
    tokens: tally.tokens,
    repeatedTokens: copies.reduce((sum, { row }) => sum + row.charge.tokens, 0),
    bounds: tally.bounds(),
  };
}
