import { z } from 'zod';

const objectSchema = z.record(z.string(), z.unknown());

/**
 * The document with `source` set where it names none; its other bytes stay as they are. What is no JSON
 * object stays as it is: the detector says why it cannot be read.
 */
export function withSource(bytes: Uint8Array, source: string | undefined): Uint8Array {
  if (source === undefined) return bytes;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const document = objectSchema.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
    if (document['source'] !== undefined) return bytes;
    const brace = text.indexOf('{');
    const separator = Object.keys(document).length === 0 ? '' : ',';
    const field = `"source":${JSON.stringify(source)}${separator}`;
    return Buffer.from(`${text.slice(0, brace + 1)}${field}${text.slice(brace + 1)}`);
  } catch {
    return bytes;
  }
}
