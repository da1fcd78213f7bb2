import { newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC } from 'quickjs-emscripten';
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten';
import { wasmMemory } from './wasm.ts';
import type { CompiledWasm, WasmMemory } from './wasm.ts';

/** Memory that QuickJS may hand out in one world, bytes. */
const memoryBytes = 64 * 1024 * 1024;
const pageBytes = 64 * 1024;
/** All the memory of a world in pages: what QuickJS does not count (typed arrays) ends here. */
const pagesMin = 256;
const pagesMax = 1536;
/** So many untouched pages in a row mean that nothing further up was touched: the heap grows upwards. */
const pagesUntouched = 16;
/** Far below the stack of the thread, whose overflow inside WebAssembly would leave QuickJS half way. */
const stackBytes = 256 * 1024;
const emptyPage = new Uint8Array(pageBytes);

/** An exception that left a realm. */
export class Thrown extends Error {
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * A WebAssembly memory with a QuickJS in it that has nothing but the language. It is never disposed of
 * (that aborts after some errors): it is set back, byte for byte, to what it was when it was kept.
 */
export class World {
  /** Whatever runs in here stops as soon as this says so. */
  isOver: () => boolean = () => false;
  readonly #memory: WasmMemory;
  readonly #runtime: QuickJSRuntime;
  #image = emptyPage;

  private constructor(memory: WasmMemory, runtime: QuickJSRuntime) {
    this.#memory = memory;
    this.#runtime = runtime;
    runtime.setMemoryLimit(memoryBytes);
    runtime.setMaxStackSize(stackBytes);
    runtime.setInterruptHandler(() => this.isOver());
  }

  static async open(wasmModule: CompiledWasm): Promise<World> {
    const memory = wasmMemory(pagesMin, pagesMax);
    const quickjs = await newQuickJSWASMModuleFromVariant(
      newVariant(RELEASE_SYNC, { wasmModule, wasmMemory: memory }),
    );
    return new World(memory, quickjs.newRuntime());
  }

  /** A global scope in this memory. */
  realm(): Realm {
    return new Realm(this.#runtime.newContext());
  }

  /** Remembers the memory as it is, for {@link reset}. Handles made up to here stay good for ever. */
  keep(): void {
    let end = this.#memory.buffer.byteLength;
    while (end > pageBytes && this.#isEmpty(end - pageBytes)) end -= pageBytes;
    this.#image = new Uint8Array(this.#memory.buffer.slice(0, end));
  }

  /** Sets the memory back; false when it has grown, which cannot be undone. */
  reset(): boolean {
    if (this.#memory.buffer.byteLength !== pagesMin * pageBytes) return false;
    const bytes = new Uint8Array(this.#memory.buffer);
    bytes.set(this.#image);
    let untouched = 0;
    for (let at = this.#image.length; at < bytes.length && untouched < pagesUntouched; at += pageBytes) {
      untouched = this.#isEmpty(at) ? untouched + 1 : 0;
      if (untouched === 0) bytes.fill(0, at, at + pageBytes);
    }
    return true;
  }

  #isEmpty(at: number): boolean {
    return Buffer.from(this.#memory.buffer, at, pageBytes).equals(emptyPage);
  }
}

/** A global scope, and how to work in it from outside. Handles are not disposed of: their world is reset. */
export class Realm {
  readonly #context: QuickJSContext;

  constructor(context: QuickJSContext) {
    this.#context = context;
  }

  /** The value of a script; of a module its namespace, or a promise of it. */
  evaluate(text: string, type: 'script' | 'module' = 'script'): QuickJSHandle {
    const flags = { type: type === 'module' ? ('module' as const) : ('global' as const) };
    return this.#unwrap(this.#context.evalCode(text, 'document.js', flags));
  }

  /** Throws the SyntaxError of a text; nothing of it runs. */
  compile(text: string, type: 'script' | 'module'): void {
    const flags = { type: type === 'module' ? ('module' as const) : ('global' as const), compileOnly: true };
    this.#unwrap(this.#context.evalCode(text, 'document.js', flags));
  }

  call(fn: QuickJSHandle, ...args: readonly QuickJSHandle[]): QuickJSHandle {
    return this.#unwrap(this.#context.callFunction(fn, this.#context.undefined, ...args));
  }

  /** A member of an object that this side made in there. */
  member(object: QuickJSHandle, name: string): QuickJSHandle {
    return this.#context.getProp(object, name);
  }

  string(text: string): QuickJSHandle {
    return this.#context.newString(text);
  }

  text(handle: QuickJSHandle): string {
    return this.#context.getString(handle);
  }

  number(handle: QuickJSHandle): number {
    return this.#context.getNumber(handle);
  }

  get undefined(): QuickJSHandle {
    return this.#context.undefined;
  }

  /** A function of one text that is answered out here. */
  answering(answer: (text: string) => string): QuickJSHandle {
    return this.#context.newFunction('ask', (text) => this.string(answer(this.text(text))));
  }

  /** Runs what promises wait for, at most `most` jobs; how many ran. */
  jobs(most: number): number {
    const ran = this.#context.runtime.executePendingJobs(most);
    if (ran.error === undefined) return ran.value;
    throw this.#thrown(ran.error);
  }

  /** What a promise came to; `undefined` while it still waits. Anything else is its own value. */
  settled(handle: QuickJSHandle): QuickJSHandle | undefined {
    const state = this.#context.getPromiseState(handle);
    if (state.type === 'pending') return undefined;
    if (state.type === 'rejected') throw this.#thrown(state.error);
    return state.value;
  }

  #unwrap(result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle {
    if (result.error === undefined) return result.value;
    throw this.#thrown(result.error);
  }

  #thrown(error: QuickJSHandle): Thrown {
    const read = (name: string): string => {
      const told = this.#context.getProp(error, name);
      return this.#context.typeof(told) === 'string' ? this.text(told).slice(0, 1_000) : '';
    };
    return new Thrown(read('name'), read('message'));
  }
}
