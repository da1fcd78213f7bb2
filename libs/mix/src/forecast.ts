import { isJudged, isLargeEnough, isWithin, Tally } from './cap.ts';
import type { Caps, Charge } from './cap.ts';
import type { OpenUnit } from './open-unit.ts';
import type { Row } from './row.ts';

/** How large row groups and units may be. */
export interface Sizes {
  readonly rowGroupDocuments: number;
  /** Raw text bytes. */
  readonly rowGroupBytes: number;
  /** Raw text bytes of the largest unit held in memory: a run that is still no judged unit then is written without its waiting rows. */
  readonly unitBytesMax: number;
}

/** Rows of the largest unit, unless row groups are larger still: short documents must not pile up without end. */
const unitRowsMax = 65_536;

/** Rows a profile needs before it says anything about rows to come: the effective count of the bound. */
const profileRowsMin = 306;

/** A document below this many mean lengths cannot be an outlier: 306 rows bear one of 17. */
const outlierMin = 8;

/** Rows of one kind, and how many. */
interface Seen {
  readonly tally: Tally;
  readonly rows: number;
  readonly bytes: number;
}

/** What rows of one kind have looked like lately. */
class Profile implements Seen {
  tally = new Tally();
  rows = 0;
  bytes = 0;

  add(tally: Tally, rows: number, bytes: number): void {
    // The last unit weighs as much as all before it: streams drift.
    this.tally = new Tally().addScaled(this.tally, 0.5).addScaled(tally, 1);
    this.rows = this.rows / 2 + rows;
    this.bytes = this.bytes / 2 + bytes;
  }
}

/**
 * Judges a document by the finished unit instead of the unfinished one. The sd term shrinks as a unit
 * fills, so a test on the prefix would admit almost nothing at first. A forecast only ever decides
 * what to try: the bound is tested exactly when the unit is closed.
 */
export class Forecast {
  readonly #caps: Caps;
  readonly #sizes: Sizes;
  readonly #all = new Profile();
  readonly #human = new Profile();
  readonly #needed = new WeakMap<Row, number | undefined>();

  constructor(caps: Caps, sizes: Sizes) {
    this.#caps = caps;
    this.#sizes = sizes;
  }

  /** Learns from a unit that is about to be closed. */
  learn(unit: OpenUnit): void {
    this.#all.add(unit.tally, unit.rows, unit.bytes);
    this.#human.add(unit.human, unit.humanRows, unit.humanBytes);
  }

  /** True when the unit has the rows or bytes it was meant to have. */
  isFull(unit: OpenUnit): boolean {
    const { rowGroupDocuments, rowGroupBytes } = this.#sizes;
    return unit.rows >= unit.groups * rowGroupDocuments || unit.bytes >= unit.groups * rowGroupBytes;
  }

  /** True when the unit may still grow by a row group. */
  canGrow(unit: OpenUnit): boolean {
    return unit.groups < this.#groupsMax(unit.bytes / Math.max(1, unit.rows));
  }

  /**
   * True when both ceilings hold in the finished unit and the row is not what makes it too small to
   * judge, if the rows that are still missing resemble the ones before. For the row that fills the
   * unit nothing is missing: the test is exact.
   */
  fits(unit: OpenUnit, row: Row, copy = false): boolean {
    const [originals, copies] = copy ? [0, 1] : [1, 0];
    const profile = profileOf(this.#all, unit);
    const factor = profile === undefined ? 0 : this.#rowsLeft(unit, row.bytes, profile) / profile.rows;
    const bounds = unit.tally.boundsWith(row.charge, profile?.tally, factor, originals, copies);
    if (!isWithin(bounds, this.#caps)) return false;
    // Before anything is known, size cannot be asked for: only the bound of the prefix is.
    if (profile === undefined || isLargeEnough(bounds)) return true;
    return bounds.effectiveCount >= unit.tally.bounds(profile.tally, factor).effectiveCount;
  }

  /** True when the row would fit this unit if only human-lane text followed, after `before`. */
  canStillFit(unit: OpenUnit, row: Row, before?: Row): boolean {
    const human = this.#humanProfile(unit);
    if (human === undefined) return false;
    const factor = this.#rowsLeft(unit, row.bytes, human) / human.rows;
    const finished = new Tally().addScaled(unit.tally, 1).addScaled(human.tally, factor);
    if (before !== undefined) finished.add(before.charge);
    return isJudged(finished.boundsWith(row.charge), this.#caps);
  }

  /**
   * Row groups of human-lane text it takes to hold the row: `Infinity` when even the largest unit
   * cannot (protocol P20), undefined while too little human text has been seen to tell, or when the
   * human lane leaves no allowance at all, which is no fault of the row.
   */
  groupsNeeded(unit: OpenUnit, row: Row): number | undefined {
    if (!this.#needed.has(row)) {
      const needed = this.#search(unit, row.charge);
      // Too little known: ask again later.
      if (needed === undefined) return undefined;
      this.#needed.set(row, needed);
    }
    return this.#needed.get(row);
  }

  /** True for a document so long that no unit with it could be judged; only certain and short ones never are. */
  isOutlier(unit: OpenUnit, row: Row): boolean {
    const human = this.#humanProfile(unit);
    // Cheap first: what is not far above the mean is not worth the search.
    if (human === undefined || row.charge.tokens * human.rows < outlierMin * human.tally.tokens) return false;
    return this.groupsNeeded(unit, row) === Number.POSITIVE_INFINITY;
  }

  #search(unit: OpenUnit, charge: Charge): number | undefined {
    const human = this.#humanProfile(unit);
    if (human === undefined) return undefined;
    const bytesPerRow = human.bytes / human.rows;
    const most = this.#groupsMax(bytesPerRow);
    const full = (groups: number): Tally =>
      new Tally().addScaled(human.tally, (groups * this.#rowsPerGroup(bytesPerRow)) / human.rows);
    if (!isJudged(full(most).boundsWith(charge), this.#caps)) {
      return isJudged(full(most).bounds(), this.#caps) ? Number.POSITIVE_INFINITY : undefined;
    }
    let groups = 1;
    while (groups < most && !isJudged(full(groups).boundsWith(charge), this.#caps)) {
      groups = Math.min(most, Math.ceil(groups * 1.25));
    }
    return groups;
  }

  #humanProfile(unit: OpenUnit): Seen | undefined {
    return profileOf(this.#human, { tally: unit.human, rows: unit.humanRows, bytes: unit.humanBytes });
  }

  /** Rows like those of the profile that follow after one more of `bytes` until the unit is full. */
  #rowsLeft(unit: OpenUnit, bytes: number, profile: Seen): number {
    const { rowGroupDocuments, rowGroupBytes } = this.#sizes;
    const places = unit.groups * rowGroupDocuments - unit.rows - 1;
    const space = unit.groups * rowGroupBytes - unit.bytes - bytes;
    const bytesPerRow = Math.max(1, profile.bytes / profile.rows);
    return Math.max(0, Math.min(places, space / bytesPerRow));
  }

  #rowsPerGroup(bytesPerRow: number): number {
    const { rowGroupDocuments, rowGroupBytes } = this.#sizes;
    return Math.max(1, Math.min(rowGroupDocuments, rowGroupBytes / Math.max(1, bytesPerRow)));
  }

  #groupsMax(bytesPerRow: number): number {
    const rows = this.#rowsPerGroup(bytesPerRow);
    const byBytes = this.#sizes.unitBytesMax / (rows * Math.max(1, bytesPerRow));
    const byRows = Math.max(unitRowsMax, this.#sizes.rowGroupDocuments) / rows;
    return Math.max(1, Math.floor(Math.min(byBytes, byRows)));
  }
}

/** The units before, else the current one, if large enough to tell. */
function profileOf(known: Seen, current: Seen): Seen | undefined {
  return [known, current].find(({ rows }) => rows >= profileRowsMin);
}
