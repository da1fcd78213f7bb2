/**
 * A small assembler for WebAssembly (core specification 2.0, section 5, binary format): an expression
 * is the list of its bytes, operands first, so that kernels read like the formulas they compute and the
 * repository holds no binary.
 */
export type Code = readonly number[];

/** The type of 64-bit integers (binary format, 5.3.1). */
export const i64 = 0x7e;
/** The type of 32-bit integers. */
export const i32 = 0x7f;

/** One function: parameters and further locals by type, numbered in this order from 0. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly result?: number;
  readonly locals: readonly number[];
  readonly body: Code;
}

/** Memory of a running module; growing it puts `buffer` in a new place. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A running module: its memory and its functions by name. */
export interface WasmInstance {
  readonly memory: WasmMemory;
  readonly functions: ReadonlyMap<string, (...operands: number[]) => unknown>;
}

// Only the browser library of TypeScript declares it.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: { readonly [name: string]: unknown } };
  Memory: new (limits: { readonly initial: number }) => WasmMemory;
};

/** Starts a module of {@link compile} with a memory of its own. */
export function instantiate(module: object): WasmInstance {
  const { exports } = new WebAssembly.Instance(module);
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('instantiate: the module has no memory');
  const functions = Object.entries(exports).flatMap(([name, value]) =>
    isFunction(value) ? [[name, value] as const] : [],
  );
  return { memory, functions: new Map(functions) };
}

function isFunction(value: unknown): value is (...operands: number[]) => unknown {
  return typeof value === 'function';
}

/** Compiles functions over one memory, exported as `memory`; `pages` of 64 KiB to begin with. */
export function compile(functions: readonly WasmFunction[], pages: number): object {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...vector(parameters.map((type) => [type])),
    ...vector(result === undefined ? [] : [[result]]),
  ]);
  const exported = functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, type])), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return new WebAssembly.Module(
    Uint8Array.from([
      ...header,
      ...section(1, types),
      ...section(
        3,
        functions.map((_, index) => unsigned(index)),
      ),
      ...section(5, [[0x00, ...unsigned(pages)]]),
      ...section(7, [...exported, [...text('memory'), 0x02, 0x00]]),
      ...section(10, bodies),
    ]),
  );
}

/** Magic and version 1 (5.5.16). */
const header: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

const section = (id: number, entries: readonly Code[]): Code => {
  const content = vector(entries);
  return [id, ...unsigned(content.length), ...content];
};
const vector = (entries: readonly Code[]): Code => [...unsigned(entries.length), ...entries.flat()];
const text = (name: string): Code => {
  const bytes = [...Buffer.from(name, 'utf8')];
  return [...unsigned(bytes.length), ...bytes];
};

/** LEB128 of a number that is not negative (5.2.2). */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** Signed LEB128 (5.2.2). */
function signed(value: bigint): Code {
  const bytes: number[] = [];
  for (; value > 63n || value < -64n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return [...bytes, Number(value & 0x7fn)];
}

const binary =
  (opcode: number) =>
  (left: Code, right: Code): Code => [...left, ...right, opcode];

/** A constant; 64-bit ones modulo 2⁶⁴. */
export const constant64 = (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))];
/** A 32-bit constant. */
export const constant32 = (value: number): Code => [0x41, ...signed(BigInt(value))];
/** left + right modulo 2⁶⁴. */
export const add64 = binary(0x7c);
/** left − right modulo 2⁶⁴. */
export const subtract64 = binary(0x7d);
/** left · right modulo 2⁶⁴. */
export const multiply64 = binary(0x7e);
/** Bitwise and of 64 bits. */
export const and64 = binary(0x83);
/** Bitwise exclusive or of 64 bits. */
export const xor64 = binary(0x85);
/** 64 bits moved right, zeros from the left. */
export const shiftRight64 = binary(0x88);
/** 64 bits turned left. */
export const rotateLeft64 = binary(0x89);
/** 1 where left < right, both unsigned 64 bits, else 0. */
export const isLess64 = binary(0x54);
/** 32 unsigned bits as 64. */
export const extend: (value: Code) => Code = (value) => [...value, 0xad];
/** left + right modulo 2³². */
export const add32 = binary(0x6a);
/** left − right modulo 2³². */
export const subtract32 = binary(0x6b);
/** left · right modulo 2³². */
export const multiply32 = binary(0x6c);
/** 1 where left < right, both unsigned 32 bits, else 0. */
export const isLess32 = binary(0x49);
/** 1 where left ≤ right, both unsigned 32 bits, else 0. */
export const isAtMost32 = binary(0x4d);

const memory =
  (opcode: number) =>
  (address: Code, offset = 0): Code => [...address, opcode, 0x00, ...unsigned(offset)];

/** Eight bytes at an address, little-endian. */
export const load64 = memory(0x29);
/** One byte at an address, extended to 64 bits. */
export const load64From8 = memory(0x31);
/** Four bytes at an address, little-endian, extended to 64 bits. */
export const load64From32 = memory(0x35);
/** Four bytes at an address, little-endian. */
export const load32 = memory(0x28);
/** Writes eight bytes, little-endian, at an address. */
export const store64 = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  0x37,
  0x00,
  ...unsigned(offset),
];

/** The value of a local; parameters are numbered first. */
export const get = (local: number): Code => [0x20, ...unsigned(local)];
/** Gives a local a value. */
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];

/** The value of `left` where `condition` is not 0, else that of `right`. */
export const select = (condition: Code, left: Code, right: Code): Code => [
  ...left,
  ...right,
  ...condition,
  0x1b,
];
/** Runs `then` where `condition` is not 0, else `otherwise`. */
export const when = (condition: Code, then: Code, otherwise?: Code): Code => [
  ...condition,
  0x04,
  0x40,
  ...then,
  ...(otherwise === undefined ? [] : [0x05, ...otherwise]),
  0x0b,
];
/** Runs `body` once and again as long as `condition` holds. */
export const repeatWhile = (condition: Code, body: Code): Code => [
  0x03,
  0x40,
  ...body,
  ...condition,
  0x0d,
  0x00,
  0x0b,
];
/** Runs `body`; a branch to it goes on behind it. */
export const block = (body: Code): Code => [0x02, 0x40, ...body, 0x0b];
/** Leaves for the label that many levels out (0: the innermost): behind a block, or back to the head of a loop. */
export const branch = (levels: number): Code => [0x0c, ...unsigned(levels)];
/** As {@link branch}, where `condition` is not 0. */
export const branchIf = (levels: number, condition: Code): Code => [...condition, 0x0d, ...unsigned(levels)];
/** Calls a function of the module by its number. */
export const call = (index: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  0x10,
  ...unsigned(index),
];
