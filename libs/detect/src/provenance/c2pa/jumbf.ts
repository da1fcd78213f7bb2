import { must } from './broken.ts';

/** A JUMBF superbox (ISO/IEC 19566-5): its description box and the boxes in it. */
export interface Superbox {
  /** Type of the content, a UUID as 32 hex digits. */
  readonly type: string;
  readonly label: string;
  /** What hashed URIs are taken over: all but the superbox's own header (C2PA 2.4, 8.4.2.3). */
  readonly payload: Uint8Array;
  readonly children: readonly Box[];
}

/** A box: four letters of type and what it holds, header excluded. */
export interface Box {
  readonly type: string;
  readonly payload: Uint8Array;
}

/** Most boxes read side by side; a manifest has some ten. */
const boxesMax = 256;

/** Reads the one superbox that fills `bytes`. Throws CredentialBroken. */
export function readSuperbox(bytes: Uint8Array): Superbox {
  const [box, ...rest] = readBoxes(bytes);
  must(box !== undefined && rest.length === 0, 'general.error: not one JUMBF box');
  return describe(box);
}

/** A box as superbox. No box within it is opened: who needs one opens it, so depth costs nothing. Throws CredentialBroken. */
export function describe(box: Box): Superbox {
  must(
    box.type === 'jumb',
    `general.error: a box ${JSON.stringify(box.type)} where a JUMBF superbox should be`,
  );
  const [description, ...children] = readBoxes(box.payload);
  must(description?.type === 'jumd', 'general.error: a JUMBF superbox without description');
  return { ...readDescription(description.payload), payload: box.payload, children };
}

function readBoxes(bytes: Uint8Array): readonly Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: Box[] = [];
  let at = 0;
  while (at < bytes.length) {
    must(boxes.length < boxesMax, `general.error: more than ${boxesMax} boxes side by side`);
    must(at + 8 <= bytes.length, 'general.error: a JUMBF box is cut off');
    const short = view.getUint32(at);
    const header = short === 1 ? 16 : 8;
    must(at + header <= bytes.length, 'general.error: a JUMBF box is cut off');
    // 1 announces a 64-bit length, 0 means "up to the end".
    const length = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? bytes.length - at : short;
    must(length >= header && at + length <= bytes.length, 'general.error: a JUMBF box is cut off');
    boxes.push({
      type: latin1(bytes.subarray(at + 4, at + 8)),
      payload: bytes.subarray(at + header, at + length),
    });
    at += length;
  }
  return boxes;
}

const hasLabel = 0b10;

function readDescription(payload: Uint8Array): { readonly type: string; readonly label: string } {
  const toggles = payload[16] ?? 0;
  const type = Buffer.from(payload.subarray(0, 16)).toString('hex');
  if ((toggles & hasLabel) === 0) return { type, label: '' };
  const end = payload.indexOf(0, 17);
  must(end >= 0, 'general.error: a JUMBF label without end');
  return { type, label: new TextDecoder('utf-8').decode(payload.subarray(17, end)) };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
