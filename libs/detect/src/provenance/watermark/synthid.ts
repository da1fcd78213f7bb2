import { createHash } from 'node:crypto';
import { isSet } from './kgw.ts';
import { nothingFound, normalTail } from './statistic.ts';
import type { WatermarkFinding } from './statistic.ts';

/** How a text of this scheme was marked. */
export interface SynthIdScheme {
  /** One key per depth of the tournament. */
  readonly keys: readonly number[];
  /** Tokens of context and the current one together; 5 in the published configuration. */
  readonly ngram: number;
  /** Token that ends a generation; what follows it is not counted. */
  readonly endToken?: number | undefined;
  /**
   * Bitset of {@link samplingTableBits} g-values, least significant bit first, as the marking program drew
   * it: the variant of Hugging Face transformers, whose tables differ between devices for equal seeds.
   */
  readonly samplingTable?: Uint8Array | undefined;
}

/** Size of a sampling table, in bits: `sampling_table_size` of the published configuration. */
export const samplingTableBits = 65_536;

/**
 * The weighted mean score of SynthID-Text (Dathathri et al., Nature 634, 2024; generator as in the
 * published reference code): the g-values of every n-gram whose context is new, weighted 10 to 1
 * over the depths, against the normal law that fair g-values follow.
 */
export function scoreSynthId(tokens: readonly number[], scheme: SynthIdScheme): WatermarkFinding {
  const depths = scheme.keys.length;
  const weights = depthWeights(depths);
  let counted = 0;
  let sum = 0;
  for (const g of gRows(tokens, scheme)) {
    counted += 1;
    for (let depth = 0; depth < depths; depth += 1) sum += (weights[depth] ?? 0) * (g[depth] ?? 0);
  }
  if (counted === 0) return nothingFound;
  const squares = weights.reduce((total, weight) => total + weight * weight, 0);
  const mean = sum / (counted * depths);
  const z = (mean - 0.5) / (Math.sqrt(squares / (4 * counted)) / depths);
  return { counted, z, pValue: normalTail(z) };
}

/** Linear weights 10 … 1 over the depths, scaled to sum to their number. */
export function depthWeights(depths: number): readonly number[] {
  const linear = Array.from({ length: depths }, (_, depth) =>
    depths === 1 ? 10 : 10 - (9 * depth) / (depths - 1),
  );
  const total = linear.reduce((sum, weight) => sum + weight, 0);
  return linear.map((weight) => (weight * depths) / total);
}

/** The g-values, one row per n-gram with a context not seen before in this text; the row is reused. */
export function* gRows(
  tokens: readonly number[],
  { keys, ngram, endToken, samplingTable }: SynthIdScheme,
): Generator<Uint8Array> {
  const end = endToken === undefined ? -1 : tokens.indexOf(endToken);
  const limit = end < 0 ? tokens.length : end;
  // With a sampling table every hash starts from one, and the table replaces the last rounds.
  const start = samplingTable === undefined ? startState(keys) : { high: 0, low: 1 };
  const contexts = new Set<string>();
  const row = new Uint8Array(keys.length);
  const hash = new State();
  for (let at = ngram - 1; at < limit; at += 1) {
    const context = tokens.slice(at - ngram + 1, at).join(' ');
    if (contexts.has(context)) continue;
    contexts.add(context);
    hash.set(start);
    for (let back = ngram - 1; back >= 0; back -= 1) hash.step(tokens[at - back] ?? 0);
    gValues(hash, keys, samplingTable, row);
    yield row;
  }
}

/** Multiplier of the 64-bit linear congruential generator (Knuth, MMIX), in two halves. */
const multiplierHigh = 0x5851f42d;
const multiplierLow = 0x4c957f2d;

/** A signed 64-bit number in two 32-bit halves; several times faster than BigInt. */
class State {
  high = 0;
  low = 0;

  set({ high, low }: { readonly high: number; readonly low: number }): void {
    this.high = high;
    this.low = low;
  }

  /** this ← (this + value) · multiplier + 1, wrapping at 64 bits; `value` from 0 to 2³² − 1. */
  step(value: number): void {
    const sum = (this.low >>> 0) + value;
    const low = sum >>> 0;
    const high = (this.high + (sum > 0xffffffff ? 1 : 0)) | 0;
    const productLow = Math.imul(low, multiplierLow) >>> 0;
    const cross = Math.imul(low, multiplierHigh) + Math.imul(high, multiplierLow);
    const productHigh = (highProduct(low, multiplierLow) + cross) | 0;
    this.low = (productLow + 1) >>> 0;
    this.high = (productHigh + (this.low === 0 ? 1 : 0)) | 0;
  }

  /** this ← this >> 5, arithmetic. */
  shift(): void {
    this.low = ((this.low >>> 5) | (this.high << 27)) >>> 0;
    this.high >>= 5;
  }
}

/** Upper 32 bits of the product of two unsigned 32-bit numbers. */
function highProduct(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 65_536) + Math.floor(carry / 65_536)) >>> 0;
}

const scratch = new State();

/** SHA-256 over the keys as little-endian 64-bit numbers, read big-endian, modulo 2⁶³ − 1. */
export function startState(keys: readonly number[]): { readonly high: number; readonly low: number } {
  const bytes = Buffer.alloc(8 * keys.length);
  keys.forEach((key, index) => bytes.writeBigInt64LE(BigInt(key), 8 * index));
  const digest = createHash('sha256').update(bytes).digest('hex');
  const start = BigInt(`0x${digest}`) % (2n ** 63n - 1n);
  return { high: Number(start >> 32n) | 0, low: Number(start & 0xffffffffn) };
}

function gValues(hash: State, keys: readonly number[], table: Uint8Array | undefined, row: Uint8Array): void {
  for (let depth = 0; depth < keys.length; depth += 1) {
    scratch.set(hash);
    scratch.step(keys[depth] ?? 0);
    if (table !== undefined) {
      row[depth] = isSet(table, 0, scratch.low % samplingTableBits) ? 1 : 0;
      continue;
    }
    for (let round = 0; round < 12; round += 1) {
      scratch.step(1);
      scratch.shift();
    }
    row[depth] = (scratch.low >>> 30) & 1;
  }
}
