import { existsSync, readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import type { z } from 'zod';

/** First bytes of a zstd frame (RFC 8878, 3.1.1). */
const zstdMagic = 0xfd2fb528;

/** Rows of a labelled corpus that a bench is given with --data: JSON Lines, plain or in one zstd frame. */
export function readRows<S extends z.ZodType>(file: string, rowSchema: S): readonly z.infer<S>[] {
  if (!existsSync(file)) throw new Error(`${file} is not there: give the labelled corpus with --data`);
  const raw = readFileSync(file);
  const isPacked = raw.length >= 4 && raw.readUInt32LE(0) === zstdMagic;
  return (isPacked ? zstdDecompressSync(raw, { maxOutputLength: 2 ** 30 }) : raw)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => rowSchema.parse(JSON.parse(line)));
}
