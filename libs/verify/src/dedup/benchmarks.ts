import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { createInterface } from 'node:readline';
import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import { verifyErrors } from '../errors.ts';
import { Shingles } from './minhash.ts';

/**
 * Words in a row that make a document contaminated: the 13-gram rule of GPT-3 (arXiv 2005.14165,
 * appendix C) and its successors; datatrove 0.10's default is 12.
 */
export const benchmarkWords = 13;

/** What a text shares with benchmarks, told run by run of words. */
export interface Benchmarks {
  /** Items read. */
  readonly items: number;
  /** Items of fewer than {@link benchmarkWords} words, which nothing is found by. */
  readonly tooShort: number;
  /** The benchmark that a text, as read by `shingles`, shares a run of words with; the first run decides. */
  find(shingles: Shingles): string | undefined;
}

const itemSchema = z.object({
  text: z.string(),
  /** What stands before the text: a question, a prompt. */
  query: z.string().optional(),
  /** Name of the benchmark. Default: the file's. */
  task: z.string().optional(),
});

/**
 * Reads benchmark files: `.jsonl` of `{text, query?, task?}`, or any other file with one item per line.
 * A run of words is looked for in `query` and `text` one after the other, after the normalisation and
 * with the 64-bit XXH64 of near-dedup; two runs of words share a hash with even odds only among about
 * 2³². Takes 20 bytes per run of words.
 *
 * Throws BALLAST_VERIFY_BENCHMARK for a file that cannot be read or a line that is no item.
 */
export async function readBenchmarks(files: readonly string[]): Promise<Benchmarks> {
  const runs = new RunTable();
  const shingles = new Shingles();
  const names: string[] = [];
  let items = 0;
  let tooShort = 0;
  for (const file of files) {
    for await (const { text, query, task } of itemsOf(file)) {
      const name = task ?? basename(file, extname(file));
      if (names.at(-1) !== name) names.push(name);
      shingles.read(...(query === undefined ? [] : [query]), text);
      items += 1;
      if (shingles.count < benchmarkWords) tooShort += 1;
      shingles.forEachBlock(benchmarkWords, 'xxh64', (hashes) => runs.add(hashes, names.length));
    }
  }
  return {
    items,
    tooShort,
    find: (document) => {
      let found = 0;
      document.forEachBlock(benchmarkWords, 'xxh64', (hashes) => (found ||= runs.first(hashes)));
      return names[found - 1];
    },
  };
}

async function* itemsOf(file: string): AsyncIterable<z.infer<typeof itemSchema>> {
  let line = 0;
  try {
    for await (const content of createInterface({
      input: createReadStream(file, 'utf8'),
      crlfDelay: Infinity,
    })) {
      line += 1;
      if (content.trim() === '') continue;
      yield file.endsWith('.jsonl') ? itemSchema.parse(JSON.parse(content)) : { text: content };
    }
  } catch (cause) {
    throw new BallastError(
      verifyErrors.benchmark,
      line === 0
        ? `verify.decontaminate: ${file} cannot be read`
        : `verify.decontaminate: ${file}, line ${line}, is no {"text": …}`,
      { cause },
    );
  }
}

/** A set of 64-bit hashes, each with the number of what it came from; open addressing, at most half full. */
class RunTable {
  #count = 0;
  #keys: Uint32Array = new Uint32Array(2 * 1024);
  /** Number of the benchmark, 0 for an empty slot. */
  #values: Uint32Array = new Uint32Array(1024);

  /** Adds hashes that are not there yet. */
  add(hashes: BigUint64Array, value: number): void {
    const halves = halvesOf(hashes);
    for (let at = 0; at < halves.length; at += 2) {
      if (2 * (this.#count + 1) > this.#values.length) this.#grow();
      this.#put(halves[at] ?? 0, halves[at + 1] ?? 0, value);
    }
  }

  /** The number stored with the first of the hashes that is there; 0 when none is. */
  first(hashes: BigUint64Array): number {
    const halves = halvesOf(hashes);
    for (let at = 0; at < halves.length; at += 2) {
      const value = this.#values[this.#slot(halves[at] ?? 0, halves[at + 1] ?? 0)] ?? 0;
      if (value !== 0) return value;
    }
    return 0;
  }

  #put(low: number, high: number, value: number): void {
    const slot = this.#slot(low, high);
    if (this.#values[slot] !== 0) return;
    this.#keys[2 * slot] = low;
    this.#keys[2 * slot + 1] = high;
    this.#values[slot] = value;
    this.#count += 1;
  }

  /** Where the hash lies, or would. */
  #slot(low: number, high: number): number {
    const mask = this.#values.length - 1;
    let slot = (low ^ high) & mask;
    while (this.#values[slot] !== 0 && (this.#keys[2 * slot] !== low || this.#keys[2 * slot + 1] !== high))
      slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Uint32Array(keys.length * 2);
    this.#values = new Uint32Array(values.length * 2);
    this.#count = 0;
    for (const [slot, value] of values.entries())
      if (value !== 0) this.#put(keys[2 * slot] ?? 0, keys[2 * slot + 1] ?? 0, value);
  }
}

function halvesOf(hashes: BigUint64Array): Uint32Array {
  return new Uint32Array(hashes.buffer, hashes.byteOffset, hashes.length * 2);
}
