import { formatPosition } from '@ballast/document';
import { Tally } from './cap.ts';
import type { Reading } from './lane-heads.ts';
import type { Outcast, Row } from './row.ts';

/** A row of the unit being built: a document, or a further copy of one of an earlier unit. */
export interface Slot {
  readonly row: Row;
  readonly copy: boolean;
}

/**
 * The unit being built. Human-lane rows stay; what came from a waiting lane can be given back, latest
 * first, until the unit is closed. It holds at most one row of any document, so that copies lie in
 * distinct row groups and sums stay additive.
 */
export class OpenUnit {
  /** Row groups the unit is meant to fill; grows when it is not large enough for the bound. */
  groups: number;
  /** Everything in the unit. */
  readonly tally = new Tally();
  /** Human-lane documents and copies: what stays when all else is given back. */
  readonly human = new Tally();
  bytes = 0;
  humanBytes = 0;
  humanRows = 0;
  readonly #humans: Slot[] = [];
  readonly #copied = new Set<string>();
  readonly #admitted: Reading[] = [];
  readonly #outcasts: Outcast[] = [];
  #waitingRows = 0;

  /** @param groups Row groups the unit is meant to fill, at least 1. */
  constructor(groups: number) {
    this.groups = groups;
  }

  /** Rows, copies included. */
  get rows(): number {
    return this.#humans.length + this.#waitingRows;
  }

  /** Rows that are no copies. */
  get documents(): number {
    return this.humanRows + this.#waitingRows;
  }

  /** Messages read that became no row. */
  get outcasts(): readonly Outcast[] {
    return [
      ...this.#outcasts,
      ...this.#admitted.flatMap(({ candidate }) => (candidate.kind === 'outcast' ? [candidate] : [])),
    ];
  }

  /** Every row, in the order of admission, human lane first. */
  get slots(): readonly Slot[] {
    const waiting = this.#admitted.flatMap(({ candidate }) => (candidate.kind === 'row' ? [candidate] : []));
    return [...this.#humans, ...waiting.map((row) => ({ row, copy: false }))];
  }

  /** True when nothing was read into it. */
  get isEmpty(): boolean {
    return this.#humans.length + this.#admitted.length + this.#outcasts.length === 0;
  }

  /** Enters what was read. */
  enter(reading: Reading): void {
    const { candidate } = reading;
    if (candidate.lane !== 'human') this.#admitted.push(reading);
    else if (candidate.kind === 'outcast') this.#outcasts.push(candidate);
    else this.#humans.push({ row: candidate, copy: false });
    if (candidate.kind === 'row') this.#count(candidate, 1);
  }

  /** Moves documents of the human lane to another unit. */
  move(rows: ReadonlySet<Row>, to: OpenUnit): void {
    const moved = this.#humans.filter(({ row, copy }) => !copy && rows.has(row));
    const rest = this.#humans.filter((slot) => !moved.includes(slot));
    this.#humans.splice(0, this.#humans.length, ...rest);
    for (const slot of moved) {
      this.#count(slot.row, -1);
      to.#humans.push(slot);
      to.#count(slot.row, 1);
    }
  }

  /** Documents of the human lane that are not certain, longest first. */
  get longestHumans(): readonly Row[] {
    const uncertain = this.#humans.filter(({ row, copy }) => !copy && row.charge.p > 0 && row.charge.p < 1);
    return uncertain.map(({ row }) => row).toSorted((one, other) => other.charge.tokens - one.charge.tokens);
  }

  /** True when a copy of the row's document lies here already. */
  holdsCopyOf(row: Row): boolean {
    return this.#copied.has(formatPosition(row.arrival.position));
  }

  /** Enters a further copy of a document of an earlier unit. */
  enterCopy(row: Row): void {
    this.#humans.push({ row, copy: true });
    this.#copied.add(formatPosition(row.arrival.position));
    this.human.add(row.charge, 0, 1);
    this.tally.add(row.charge, 0, 1);
    this.bytes += row.bytes;
  }

  /** Takes all copies out again and returns their rows. */
  withdrawCopies(): readonly Row[] {
    const copies = this.#humans.filter(({ copy }) => copy).map(({ row }) => row);
    const documents = this.#humans.filter(({ copy }) => !copy);
    this.#humans.splice(0, this.#humans.length, ...documents);
    this.#copied.clear();
    for (const row of copies) {
      this.human.add(row.charge, 0, -1);
      this.tally.add(row.charge, 0, -1);
      this.bytes -= row.bytes;
    }
    return copies;
  }

  /** Takes out the latest row of a waiting lane and every outcast read after it, oldest first; empty when there is none. */
  withdrawLast(): readonly Reading[] {
    const last = this.#admitted.findLastIndex(({ candidate }) => candidate.kind === 'row');
    if (last < 0) return [];
    const withdrawn = this.#admitted.splice(last);
    for (const { candidate } of withdrawn) if (candidate.kind === 'row') this.#count(candidate, -1);
    return withdrawn;
  }

  #count(row: Row, sign: 1 | -1): void {
    this.tally.add(row.charge, sign);
    this.bytes += sign * row.bytes;
    if (row.lane !== 'human') {
      this.#waitingRows += sign;
      return;
    }
    this.human.add(row.charge, sign);
    this.humanBytes += sign * row.bytes;
    this.humanRows += sign;
  }
}
