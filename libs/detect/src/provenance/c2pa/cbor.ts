import { Decoder, Encoder } from 'cbor-x/index-no-eval';
import { CredentialBroken, must } from './broken.ts';

/** Deepest nesting and most items of one CBOR value; a claim has some 5 and 200. */
const depthMax = 32;
const itemsMax = 20_000;

/** Tags a manifest has use for: dates (0, 1), COSE_Sign1 (18), URI (32), UUID (37). */
const allowedTags: ReadonlySet<number> = new Set([0, 1, 18, 32, 37]);

// Records, shared structures and packed values are extensions that no manifest may use.
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });
const encoder = new Encoder({ useRecords: false, tagUint8Array: false });

/**
 * The CBOR value that fills `bytes`: maps as objects whose integer keys are decimal strings, byte
 * strings as Uint8Array, tags 18, 32 and 37 as `{tag, value}`. Bounded in depth and items; refused
 * are indefinite lengths and every tag that the decoder would give a meaning of its own (references,
 * records, typed arrays). Throws CredentialBroken with `reason`.
 */
export function decodeCbor(bytes: Uint8Array, reason: string): unknown {
  must(isPlain(bytes), reason);
  try {
    return decoder.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    throw new CredentialBroken(reason);
  }
}

/** CBOR of arrays, strings and byte strings, in the shortest form. */
export function encodeCbor(value: readonly (string | Buffer)[]): Uint8Array {
  return encoder.encode(value);
}

/** Walks the headers only: one well-formed item, whole, within the bounds. */
function isPlain(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** Items still due at each level. */
  const due = [1];
  let at = 0;
  let items = 0;
  while (due.length > 0) {
    const level = due.length - 1;
    const left = due[level] ?? 0;
    if (left === 0) {
      due.pop();
      continue;
    }
    due[level] = left - 1;
    items += 1;
    const head = readHead(view, at);
    if (head === undefined || items > itemsMax || due.length > depthMax) return false;
    at = head.end;
    if (head.major === 2 || head.major === 3) at += head.argument;
    else if (head.major === 4) due.push(head.argument);
    else if (head.major === 5) due.push(2 * head.argument);
    else if (head.major === 6) {
      if (!allowedTags.has(head.argument)) return false;
      due.push(1);
    }
    if (at > bytes.length) return false;
  }
  return at === bytes.length;
}

interface Head {
  readonly major: number;
  readonly argument: number;
  readonly end: number;
}

/** RFC 8949, section 3. Undefined for what is cut off, reserved or of indefinite length. */
function readHead(view: DataView, at: number): Head | undefined {
  if (at >= view.byteLength) return undefined;
  const byte = view.getUint8(at);
  const major = byte >> 5;
  const info = byte & 31;
  if (info < 24) return { major, argument: info, end: at + 1 };
  const width = [1, 2, 4, 8][info - 24];
  const end = at + 1 + (width ?? 0);
  if (width === undefined || end > view.byteLength) return undefined;
  if (width === 1) return { major, argument: view.getUint8(at + 1), end };
  if (width === 2) return { major, argument: view.getUint16(at + 1), end };
  if (width === 4) return { major, argument: view.getUint32(at + 1), end };
  return { major, argument: Number(view.getBigUint64(at + 1)), end };
}
