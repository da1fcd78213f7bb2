import { z } from 'zod';
import { greenByHmac, greenTable, scoreKgw } from './kgw.ts';
import { countBits } from './statistic.ts';
import type { WatermarkFinding } from './statistic.ts';
import { samplingTableBits, scoreSynthId } from './synthid.ts';
import { scoreUnigram } from './unigram.ts';

const base64 = z
  .base64()
  .min(1)
  .transform((text): Uint8Array => Buffer.from(text, 'base64'));

/** Fields that every scheme has. */
const common = {
  /** Fewest counted tokens of a text that is tested at all. */
  minTokens: z.int().min(20).max(100_000).default(100),
  /** Share of marked texts of `minTokens` that are found: the power in the weight ln(power / p). */
  power: z.number().min(0.01).max(1).default(0.95),
};

const share = z.number().gt(0.01).lt(0.99);
const vocabulary = z.int().min(2).max(2_000_000);

const kgwTableKey = z.strictObject({
  scheme: z.literal('kgw'),
  vocabulary,
  /** Share of the vocabulary that is green. */
  gamma: share,
  /** File beside the key file: one bitset row per token before, each of ⌈vocabulary / 8⌉ bytes. */
  table: z.string().min(1),
  ...common,
});

const kgwHmacKey = z.strictObject({
  scheme: z.literal('kgw'),
  gamma: share,
  /** Tokens before the current one that seed the list. */
  context: z.int().min(1).max(8).default(1),
  hmac: base64,
  ...common,
});

const unigramKey = z.strictObject({
  scheme: z.literal('unigram'),
  vocabulary,
  mask: base64,
  ...common,
});

const synthIdKey = z.strictObject({
  scheme: z.literal('synthid'),
  keys: z
    .array(z.int().min(0).max(4_294_967_295))
    .min(1)
    .max(256)
    .refine((keys) => new Set(keys).size === keys.length, 'keys must be distinct'),
  ngram: z.int().min(2).max(16).default(5),
  endToken: z.int().min(0).optional(),
  samplingTable: base64
    .refine((table) => table.length === samplingTableBits / 8, `must hold ${samplingTableBits} bits`)
    .optional(),
  ...common,
});

/** A key file as read. */
export type WatermarkKey =
  | z.infer<typeof kgwTableKey>
  | z.infer<typeof kgwHmacKey>
  | z.infer<typeof unigramKey>
  | z.infer<typeof synthIdKey>;

/** Parses the JSON of a key file of this scheme. Throws ZodError. */
export function parseWatermarkKey(scheme: WatermarkKey['scheme'], json: unknown): WatermarkKey {
  if (scheme === 'unigram') return unigramKey.parse(json);
  if (scheme === 'synthid') return synthIdKey.parse(json);
  // One schema at a time, for the messages of a union name no field.
  const isHmac = typeof json === 'object' && json !== null && 'hmac' in json;
  return isHmac ? kgwHmacKey.parse(json) : kgwTableKey.parse(json);
}

/** Tests a text's tokens with one key. */
export type WatermarkTest = (tokens: readonly number[]) => WatermarkFinding;

/**
 * The test of one key. `table` holds the bytes of the file that a KGW key names. Throws RangeError
 * when table or mask have not the size or the green share that the key states.
 */
export function watermarkTest(key: WatermarkKey, table: Uint8Array | undefined): WatermarkTest {
  if (key.scheme === 'synthid') return (tokens) => scoreSynthId(tokens, key);
  if (key.scheme === 'unigram') {
    checkMask(key.mask, key.vocabulary);
    return (tokens) => scoreUnigram(tokens, key);
  }
  const { gamma } = key;
  if ('hmac' in key) {
    const { context } = key;
    const isGreen = greenByHmac(key.hmac, context, gamma);
    return (tokens) => scoreKgw(tokens, { gamma, context, isGreen });
  }
  const rows = table ?? new Uint8Array(0);
  checkTable(rows, key.vocabulary, gamma);
  const isGreen = greenTable(rows, key.vocabulary);
  return (tokens) => scoreKgw(tokens, { gamma, context: 1, isGreen });
}

function checkMask(mask: Uint8Array, size: number): void {
  const bytes = Math.ceil(size / 8);
  if (mask.length !== bytes)
    throw new RangeError(`mask has ${mask.length} bytes, a vocabulary of ${size} needs ${bytes}`);
  const green = countBits(mask, 0, size) / size;
  if (green < 0.01 || green > 0.99)
    throw new RangeError(`mask marks ${green} of the vocabulary green, between 0.01 and 0.99 is needed`);
}

/** Rows that are counted to see whether the table fits its gamma. */
const rowsCounted = 1_000;

function checkTable(table: Uint8Array, size: number, gamma: number): void {
  const rowBytes = Math.ceil(size / 8);
  if (table.length !== size * rowBytes) {
    throw new RangeError(
      `table has ${table.length} bytes, ${size} rows of ${rowBytes} are ${size * rowBytes}`,
    );
  }
  const step = Math.max(1, Math.floor(size / rowsCounted));
  let [green, rows] = [0, 0];
  for (let row = 0; row < size; row += step) {
    green += countBits(table, row * rowBytes, size);
    rows += 1;
  }
  const measured = green / (rows * size);
  if (Math.abs(measured - gamma) > 0.02)
    throw new RangeError(`gamma is ${gamma}, but ${measured.toFixed(3)} of the table is green`);
}
