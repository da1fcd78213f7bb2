import type { DataRow } from '@ballast/shard';
import { BallastError } from '@ballast/stage';
import { tableErrors } from './errors.ts';

/** A row with its place within the row group. */
export interface Placed {
  readonly row: number;
  readonly data: DataRow;
}

/**
 * Assembles row groups of one shard from documents in order and from copies that go to later
 * groups. A group is complete when a document of a higher group arrives, or at the end.
 */
export class Groups {
  readonly #waiting = new Map<number, Placed[]>();
  #current = 0;

  /** Rows that wait for their group to be complete. */
  get size(): number {
    let rows = 0;
    for (const group of this.#waiting.values()) rows += group.length;
    return rows;
  }

  /** Puts a row into a group. Throws when that group was taken already. */
  put(group: number, placed: Placed): void {
    if (group < this.#current) {
      throw new BallastError(
        tableErrors.misplaced,
        `a row for group ${group} came after group ${this.#current} began`,
      );
    }
    const rows = this.#waiting.get(group);
    if (rows === undefined) this.#waiting.set(group, [placed]);
    else rows.push(placed);
  }

  /** Takes out the groups below `group`, which begins now; ascending, rows in order. */
  takeBelow(group: number): DataRow[][] {
    const complete = [...this.#waiting.keys()].filter((each) => each < group).toSorted((a, b) => a - b);
    this.#current = Math.max(this.#current, group);
    return complete.map((each) => this.#take(each));
  }

  /** Takes out all that is left. */
  takeAll(): DataRow[][] {
    return this.takeBelow(Number.POSITIVE_INFINITY);
  }

  #take(group: number): DataRow[] {
    const placed = (this.#waiting.get(group) ?? []).toSorted((a, b) => a.row - b.row);
    this.#waiting.delete(group);
    placed.forEach(({ row }, index) => {
      if (row !== index) {
        throw new BallastError(
          tableErrors.misplaced,
          `group ${group} has no row ${index}, the next is row ${row}`,
        );
      }
    });
    // One row too small to bound makes the whole group unjudged, a copy from a judged unit included.
    const isUnjudged = placed.some(({ data }) => data.unit === null);
    return placed.map(({ data }) => (isUnjudged && data.unit !== null ? { ...data, unit: null } : data));
  }
}
