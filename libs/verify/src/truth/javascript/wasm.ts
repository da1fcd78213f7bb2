/** A compiled WebAssembly module; threads may share it. */
export type CompiledWasm = object;

/** A memory that a module runs in; growing it puts `buffer` in a new place. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

// Only the browser library of TypeScript declares it.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => CompiledWasm;
  Memory: new (limits: { readonly initial: number; readonly maximum: number }) => WasmMemory;
};

/** Compiles a module; throws for bytes that are none. */
export function compileWasm(bytes: Uint8Array): CompiledWasm {
  return new WebAssembly.Module(bytes);
}

/** A fresh memory of `initial` to `maximum` pages of 64 KiB. */
export function wasmMemory(initial: number, maximum: number): WasmMemory {
  return new WebAssembly.Memory({ initial, maximum });
}
