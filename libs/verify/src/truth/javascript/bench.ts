import { readFileSync } from 'node:fs';
import type { QuickJSHandle } from 'quickjs-emscripten';
import { Thrown, World } from './realm.ts';
import type { Realm } from './realm.ts';
import type { CompiledWasm } from './wasm.ts';

/** The programs that are evaluated inside, as text. */
export const sources = { wire: read('wire'), subject: read('subject'), tests: read('tests') } as const;

/** A realm with its end of the wire, and who answers what it asks. */
export class Seat {
  readonly realm: Realm;
  readonly wire: QuickJSHandle;
  /** Makes the realm's own object of the wire; see subject.qjs and tests.qjs. */
  readonly make: QuickJSHandle;
  ask: (text: string) => string = () => nobodyThere;

  constructor(realm: Realm, part: 'subject' | 'tests', bench: Bench) {
    this.realm = realm;
    const answering = realm.answering((text) => bench.guard(() => this.ask(text)));
    const strict = realm.evaluate(String(part === 'tests'));
    this.wire = realm.call(realm.evaluate(sources.wire), answering, strict);
    this.make = realm.evaluate(sources[part]);
  }
}

/** Two memories, set up: one for the document, one for its tests, with a second scope for the empty run. */
export class Bench {
  /** What went wrong below the level of any program, if anything. */
  broken: Error | undefined;
  readonly #worlds: readonly World[];
  readonly document: Seat;
  readonly tests: Seat;
  readonly empty: Seat;

  private constructor(theirs: World, ours: World) {
    this.#worlds = [theirs, ours];
    this.document = new Seat(theirs.realm(), 'subject', this);
    this.tests = new Seat(ours.realm(), 'tests', this);
    this.empty = new Seat(ours.realm(), 'tests', this);
    for (const world of this.#worlds) world.keep();
  }

  static async open(wasm: CompiledWasm): Promise<Bench> {
    return new Bench(await World.open(wasm), await World.open(wasm));
  }

  set isOver(isOver: () => boolean) {
    for (const world of this.#worlds) world.isOver = isOver;
  }

  /** Sets everything back; false when a memory cannot be. */
  reset(): boolean {
    for (const seat of [this.document, this.tests, this.empty]) seat.ask = () => nobodyThere;
    return this.broken === undefined && this.#worlds.every((world) => world.reset());
  }

  /** An error that is no exception of a program must not become one on its way through QuickJS. */
  guard(work: () => string): string {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Thrown))
        this.broken ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
}

const nobodyThere = JSON.stringify({ raised: { e: ['ReferenceError', 'nobody there', -1] } });

function read(name: string): string {
  const text = readFileSync(new URL(`./${name}.qjs`, import.meta.url), 'utf8');
  return `(${text.trim().replace(/;$/, '')})`;
}
