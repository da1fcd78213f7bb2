/**
 * Copies the UTF-16 code units of texts into one typed array that is used again. One copy by the runtime is
 * cheaper than asking a string for each unit, above all a string that is part of a longer one
 * (`bench:detect --only speed`).
 */
export class UnitReader {
  /** The text last read begins at index 1; before it and behind it stands a space. */
  readonly units: Uint16Array;
  readonly #bytes: Buffer;

  /** With room for texts of this many units. */
  constructor(room: number) {
    this.units = new Uint16Array(room + 2).fill(space);
    this.#bytes = Buffer.from(this.units.buffer, 2, 2 * room);
  }

  /** Reads as much of a text as there is room for; gives the index behind it. */
  read(text: string): number {
    const end = 1 + (this.#bytes.write(text, 'utf16le') >>> 1);
    this.units[end] = space;
    return end;
  }
}

const space = 32;
