import { permutationAddends, permutationFactors } from './permutations.ts';
import {
  add32,
  add64,
  and64,
  block,
  branch,
  branchIf,
  call,
  compile,
  constant32,
  constant64,
  extend,
  get,
  i32,
  i64,
  instantiate,
  isAtMost32,
  isLess32,
  isLess64,
  load32,
  load64,
  load64From32,
  load64From8,
  multiply32,
  multiply64,
  repeatWhile,
  rotateLeft64,
  select,
  set,
  shiftRight64,
  store64,
  subtract32,
  subtract64,
  when,
  xor64,
} from './wasm.ts';
import type { Code, WasmFunction, WasmMemory } from './wasm.ts';

/** Hash functions per signature: 14 bands of 8 (datatrove 0.10 default). */
export const hashCount = 112;
/** Hash functions that one scan of the shingles serves; they share the loads, and registers are few. */
const together = 2;
/** Shingles that one call takes at most. */
export const shinglesMax = 1024;

/** Where things lie in the kernel's memory, in bytes; from `free` on the caller's. */
export const layout = {
  factors: 0,
  addends: 1024,
  minima: 2048,
  shingles: 3072,
  free: 3072 + 8 * shinglesMax,
} as const;

/** The arithmetic of MinHash in 64 bits, over a memory that both sides see. */
export interface MinhashKernel {
  readonly memory: WasmMemory;
  /**
   * Writes XXH64 (seed 0) of `count` shingles to `layout.shingles`. Word k lies at
   * `bytes + start[k]`, one byte before `start[k + 1]` it ends; `starts` is the address of `start` of
   * the first shingle's first word, a shingle is `words` words with the bytes between them.
   */
  readonly hash: (starts: number, bytes: number, words: number, count: number) => unknown;
  /** Lowers the minima by the permutations of the first `count` shingles. */
  readonly lower: (count: number) => unknown;
}

/** A kernel of its own, with no minimum yet. */
export function openKernel(): MinhashKernel {
  const { memory, functions } = instantiate(compiled);
  const hash = functions.get('hash');
  const lower = functions.get('lower');
  if (hash === undefined || lower === undefined) throw new TypeError('openKernel: a function is missing');
  new BigUint64Array(memory.buffer, layout.factors, hashCount).set(permutationFactors);
  new BigUint64Array(memory.buffer, layout.addends, hashCount).set(permutationAddends);
  return { memory, hash, lower };
}

const compiled = compile([xxh64Function(), hashFunction(), lowerFunction()], 4);

/** XXH64 with seed 0 (specification: github.com/Cyan4973/xxHash, doc/xxhash_spec.md, version 0.2). */
function xxh64Function(): WasmFunction {
  const prime1 = constant64(0x9e3779b185ebca87n);
  const prime2 = constant64(0xc2b2ae3d27d4eb4fn);
  const prime3 = constant64(0x165667b19e3779f9n);
  const prime4 = constant64(0x85ebca77c2b2ae63n);
  const prime5 = constant64(0x27d4eb2f165667c5n);
  const [at, length, end, hash, ...lanes] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const rotate = (value: Code, by: bigint): Code => rotateLeft64(value, constant64(by));
  const round = (lane: Code, input: Code): Code =>
    multiply64(rotate(add64(lane, multiply64(input, prime2)), 31n), prime1);
  const advance = (by: number): Code => set(at, add32(get(at), constant32(by)));
  const fold = (input: Code, turn: bigint, factor: Code, addend?: Code): Code => {
    const turned = multiply64(rotate(xor64(get(hash), input), turn), factor);
    return set(hash, addend === undefined ? turned : add64(turned, addend));
  };
  const hasBytes = (count: number): Code => isAtMost32(add32(get(at), constant32(count)), get(end));
  const stripes = [
    ...set(lanes[0], add64(prime1, prime2)),
    ...set(lanes[1], prime2),
    ...set(lanes[2], constant64(0n)),
    ...set(lanes[3], subtract64(constant64(0n), prime1)),
    ...repeatWhile(hasBytes(32), [
      ...lanes.flatMap((lane, index) => set(lane, round(get(lane), load64(get(at), 8 * index)))),
      ...advance(32),
    ]),
    ...set(
      hash,
      add64(
        add64(rotate(get(lanes[0]), 1n), rotate(get(lanes[1]), 7n)),
        add64(rotate(get(lanes[2]), 12n), rotate(get(lanes[3]), 18n)),
      ),
    ),
    ...lanes.flatMap((lane) =>
      set(hash, add64(multiply64(xor64(get(hash), round(constant64(0n), get(lane))), prime1), prime4)),
    ),
  ];
  const mix = (shift: bigint): Code =>
    set(hash, xor64(get(hash), shiftRight64(get(hash), constant64(shift))));
  const body = [
    ...set(end, add32(get(at), get(length))),
    ...when(isLess32(get(length), constant32(32)), set(hash, prime5), stripes),
    ...set(hash, add64(get(hash), extend(get(length)))),
    ...when(
      hasBytes(8),
      repeatWhile(hasBytes(8), [
        ...fold(round(constant64(0n), load64(get(at))), 27n, prime1, prime4),
        ...advance(8),
      ]),
    ),
    ...when(hasBytes(4), [
      ...fold(multiply64(load64From32(get(at)), prime1), 23n, prime2, prime3),
      ...advance(4),
    ]),
    ...when(
      hasBytes(1),
      repeatWhile(hasBytes(1), [
        ...fold(multiply64(load64From8(get(at)), prime5), 11n, prime1),
        ...advance(1),
      ]),
    ),
    ...mix(33n),
    ...set(hash, multiply64(get(hash), prime2)),
    ...mix(29n),
    ...set(hash, multiply64(get(hash), prime3)),
    ...mix(32n),
    ...get(hash),
  ];
  return { name: 'xxh64', parameters: [i32, i32], result: i64, locals: [i32, i64, i64, i64, i64, i64], body };
}

function hashFunction(): WasmFunction {
  const [starts, bytes, words, count, shingle, start] = [0, 1, 2, 3, 4, 5] as const;
  const last = load32(add32(get(starts), multiply32(get(words), constant32(4))));
  // One byte of space lies between the last word of the shingle and the word after it.
  const length = subtract32(subtract32(last, get(start)), constant32(1));
  const body = [
    ...set(count, add32(multiply32(get(count), constant32(8)), constant32(layout.shingles))),
    ...set(shingle, constant32(layout.shingles)),
    ...repeatWhile(isLess32(get(shingle), get(count)), [
      ...set(start, load32(get(starts))),
      ...store64(get(shingle), call(0, add32(get(bytes), get(start)), length)),
      ...set(starts, add32(get(starts), constant32(4))),
      ...set(shingle, add32(get(shingle), constant32(8))),
    ]),
  ];
  return { name: 'hash', parameters: [i32, i32, i32, i32], locals: [i32, i32], body };
}

/**
 * For every hash function the least of `((shingle·a + b) mod 2⁶⁴) mod p`, p = 2⁶¹ − 1 (datatrove 0.10;
 * NumPy wraps before the modulus). With x = shingle·a + b = u + 2⁶¹·t the value is u + t, less p when that
 * is p or more. It can be below the least so far, m, only if u is, or if u is p − 7 or more; in both cases
 * `8·x + 64` modulo 2⁶⁴, which t is no part of, is below 8·m + 64. So nearly every shingle costs one product,
 * one sum and one comparison, and only the few that pass are computed in full.
 */
function lowerFunction(): WasmFunction {
  const prime = constant64((1n << 61n) - 1n);
  const [count, at, end, hash, shingle, value] = [0, 1, 2, 3, 4, 5] as const;
  const group = Array.from({ length: together }, (_, of) => {
    const [factor = 0, addend = 0, limit = 0] = [0, 1, 2].map((kind) => 6 + kind * together + of);
    return { offset: 8 * of, factor, addend, limit };
  });
  const times8 = (of: Code): Code => multiply64(of, constant64(8n));
  const limitOf = (least: Code): Code =>
    select(
      isLess64(least, constant64((1n << 61n) - 8n)),
      add64(times8(least), constant64(64n)),
      constant64(-1n),
    );
  const passes = ({ factor, addend, limit }: (typeof group)[number]): Code =>
    isLess64(add64(multiply64(get(shingle), get(factor)), get(addend)), get(limit));
  const inFull = ({ offset, limit }: (typeof group)[number]): Code => [
    ...set(
      value,
      add64(
        multiply64(get(shingle), load64(get(hash), layout.factors + offset)),
        load64(get(hash), layout.addends + offset),
      ),
    ),
    ...set(value, add64(and64(get(value), prime), shiftRight64(get(value), constant64(61n)))),
    ...set(value, select(isLess64(get(value), prime), get(value), subtract64(get(value), prime))),
    ...when(isLess64(get(value), load64(get(hash), layout.minima + offset)), [
      ...store64(get(hash), get(value), layout.minima + offset),
      ...set(limit, limitOf(get(value))),
    ]),
  ];
  const isLeft = isLess32(get(at), get(end));
  const advance = set(at, add32(get(at), constant32(8)));
  const scan = block(
    repeatWhile(isLeft, [
      ...block([
        ...repeatWhile(isLeft, [
          ...set(shingle, load64(get(at))),
          ...group.flatMap((function_) => branchIf(1, passes(function_))),
          ...advance,
        ]),
        ...branch(2),
      ]),
      ...group.flatMap(inFull),
      ...advance,
    ]),
  );
  const body = [
    ...set(end, add32(multiply32(get(count), constant32(8)), constant32(layout.shingles))),
    ...set(hash, constant32(0)),
    ...repeatWhile(isLess32(get(hash), constant32(8 * hashCount)), [
      ...group.flatMap(({ offset, factor, addend, limit }) => [
        ...set(factor, times8(load64(get(hash), layout.factors + offset))),
        ...set(addend, add64(times8(load64(get(hash), layout.addends + offset)), constant64(64n))),
        ...set(limit, limitOf(load64(get(hash), layout.minima + offset))),
      ]),
      ...set(at, constant32(layout.shingles)),
      ...scan,
      ...set(hash, add32(get(hash), constant32(8 * together))),
    ]),
  ];
  const locals = [i32, i32, i32, i64, i64, ...group.flatMap(() => [i64, i64, i64])];
  return { name: 'lower', parameters: [i32], locals, body };
}
