import { CredentialBroken, must } from './broken.ts';

/** Largest manifest store that is read, bytes. Stores of text hold no pictures; those seen are 2 to 20 kB. */
export const manifestBytesMax = 1024 * 1024;

/** Where a manifest store lies in a text, the mark before it and the padding behind it included. */
export interface Wrapper {
  /** Code units of the text. */
  readonly start: number;
  readonly end: number;
  readonly manifest: Uint8Array;
}

const mark = '\ufeff';
/** `C2PATXT\0`, the magic of the wrapper. */
const magic = [0x43, 0x32, 0x50, 0x41, 0x54, 0x58, 0x54, 0x00] as const;
const wrapperVersion = 1;
const headerBytes = 13;

/**
 * The C2PATextManifestWrapper of a text (C2PA 2.4, A.8; 2.3, A.7): U+FEFF, then one variation selector
 * per byte of magic, version, 32-bit big-endian length and manifest store, then padding; anywhere in
 * the text. Undefined where the magic does not occur. Linear in the text. Throws CredentialBroken for a
 * wrapper that is cut off, of another version, too large, padded with data, or not the only one.
 */
export function findWrapper(text: string): Wrapper | undefined {
  let found: Wrapper | undefined;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
    if (!hasMagic(text, at + 1)) continue;
    // Copies can only be told apart by the binding each names; a text has one by the specification.
    must(found === undefined, 'manifest.text.multipleWrappers');
    found = readWrapper(text, at);
  }
  return found;
}

function hasMagic(text: string, start: number): boolean {
  let at = start;
  for (const expected of magic) {
    const byte = byteAt(text, at);
    if (byte !== expected) return false;
    at += unitsOf(byte);
  }
  return true;
}

function readWrapper(text: string, start: number): Wrapper {
  const selectors = new Selectors(text, start + 1);
  const header = selectors.take(headerBytes);
  must(header[magic.length] === wrapperVersion, 'manifest.text.corruptedWrapper: unknown version');
  const length = new DataView(header.buffer, header.byteOffset).getUint32(magic.length + 1);
  must(length <= manifestBytesMax, tooLarge(length));
  const manifest = selectors.take(length);
  selectors.passPadding();
  return { start, end: selectors.at, manifest };
}

/** The reason for a store of `bytes`, measured or declared. */
export function tooLarge(bytes: number): string {
  return `general.error: ${bytes} bytes, at most ${manifestBytesMax} are read`;
}

class Selectors {
  readonly #text: string;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  take(length: number): Uint8Array {
    // A declared length is believed only as far as the text could hold it.
    must(length <= this.#text.length - this.at, 'manifest.text.corruptedWrapper: cut off');
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) {
      const byte = byteAt(this.#text, this.at);
      if (byte === undefined) throw new CredentialBroken('manifest.text.corruptedWrapper: cut off');
      bytes[index] = byte;
      this.at += unitsOf(byte);
    }
    return bytes;
  }

  /** Padding is 0x00 and 0xFF only, one of three and one of four UTF-8 bytes, so it can carry no message. */
  passPadding(): void {
    for (;;) {
      const byte = byteAt(this.#text, this.at);
      if (byte === undefined) return;
      must(byte === 0x00 || byte === 0xff, 'assertion.dataHash.mismatch: data in the padding');
      this.at += unitsOf(byte);
    }
  }
}

/** The byte that the variation selector at `at` stands for; undefined for any other character. */
function byteAt(text: string, at: number): number | undefined {
  const unit = text.charCodeAt(at);
  if (unit >= 0xfe00 && unit <= 0xfe0f) return unit - 0xfe00;
  if (unit !== 0xdb40) return undefined;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdd00 && low <= 0xddef ? low - 0xdd00 + 16 : undefined;
}

/** U+FE00 to U+FE0F are one code unit, U+E0100 to U+E01EF two. */
function unitsOf(byte: number): number {
  return byte < 16 ? 1 : 2;
}
