import type { QuickJSHandle } from 'quickjs-emscripten';
import { z } from 'zod';
import type { Report, RunLimits } from '../program.ts';
import { sources } from './bench.ts';
import type { Bench, Seat } from './bench.ts';
import { hostNames, isModule } from './body.ts';
import { Thrown } from './realm.ts';
import type { Watch } from './watch.ts';

const jobsAtOnce = 1_000;
/** Moves of the clock of timers; an endless interval ends here, or by the deadline. */
const ticksMax = 100_000;

/** What is tried: the code and the tests as one function, both without types. */
export interface Trial {
  /** Absent when it was no TypeScript. */
  readonly code: string | undefined;
  readonly body: string | undefined;
  /** JSON that the realm of the tests is told: identifiers, entry, hosts. */
  readonly settings: string;
}

/** A seat whose realm is at work. */
interface Party {
  readonly seat: Seat;
  readonly object: QuickJSHandle;
  readonly answer: (text: string) => string;
}

const countsSchema = z.strictObject({
  passed: z.int(),
  total: z.int(),
  assertions: z.int(),
  missing: z.boolean(),
});
type Counts = z.infer<typeof countsSchema>;

/** One trial on a bench that was just set back. */
export class Court {
  readonly #bench: Bench;
  readonly #watch: Watch;

  constructor(bench: Bench, watch: Watch) {
    this.#bench = bench;
    this.#watch = watch;
  }

  /** The verdict; throws {@link Thrown} for what ended inside QuickJS, and when the watch is over. */
  report({ code, body, settings }: Trial, mode: RunLimits['mode']): Report {
    const { document, tests } = this.#bench;
    if (mode === 'compile') return { compiles: code !== undefined && this.#compiles(document, code) };
    if (body === undefined || !this.#compiles(tests, body)) return { problem: 'tests_do_not_parse' };
    const program = code ?? 'throw new SyntaxError()';
    return mode === 'together'
      ? this.#together(program, body, settings)
      : this.#apart(program, body, settings);
  }

  #apart(code: string, body: string, settings: string): Report {
    const { document, tests, empty } = this.#bench;
    const subject = party(document, document.realm.call(document.make, document.wire));
    const load = this.#load(subject, code);
    if (load !== undefined && needsMore(load)) return missing;
    empty.ask = emptyProgram;
    const alone = this.#run(testing(empty, settings), body, []);
    tests.ask = subject.answer;
    const home = testing(tests, settings, (party) => {
      document.ask = party.answer;
    });
    const counts = this.#run(home, body, [subject]);
    const { passed, total, assertions } = counts;
    if (passed < total && (counts.missing || lacked(subject))) return missing;
    return { passed, total, assertions, failsEmpty: alone.passed < alone.total, load: load?.kind ?? null };
  }

  /** Code and tests in one realm, as a plain run would have it. Never believed as a pass. */
  #together(code: string, body: string, settings: string): Report {
    const { tests } = this.#bench;
    const make = tests.realm.evaluate(sources.subject);
    const subject = party(tests, tests.realm.call(make, tests.wire));
    if (this.#load(subject, code) !== undefined) return { together: false };
    const object = tests.realm.call(
      tests.make,
      tests.wire,
      tests.realm.evaluate(`(${settings})`),
      subject.object,
    );
    tests.realm.call(tests.realm.member(object, 'names'));
    const { passed, total } = this.#run(party(tests, object), body, []);
    return { together: total > 0 && passed === total };
  }

  #compiles({ realm }: Seat, code: string): boolean {
    try {
      realm.compile(code, kindOf(code));
      return true;
    } catch (error) {
      if (error instanceof Thrown && error.kind === 'SyntaxError') return false;
      throw error;
    }
  }

  /** Runs the document's code; what it threw, if anything. */
  #load(subject: Party, code: string): Thrown | undefined {
    const { realm } = subject.seat;
    try {
      const value = realm.evaluate(code, kindOf(code));
      if (kindOf(code) === 'script') return undefined;
      this.#wait([subject], () => realm.settled(value) !== undefined);
      const namespace = realm.settled(value);
      if (namespace !== undefined) realm.call(realm.member(subject.object, 'loaded'), namespace);
      return undefined;
    } catch (error) {
      if (this.#watch.over === undefined && error instanceof Thrown) return error;
      throw error;
    }
  }

  #run(tests: Party, body: string, others: readonly Party[]): Counts {
    const { realm } = tests.seat;
    const started = realm.call(realm.member(tests.object, 'start'), realm.evaluate(body));
    this.#wait([tests, ...others], () => realm.settled(started) !== undefined);
    return countsSchema.parse(JSON.parse(realm.text(realm.call(realm.member(tests.object, 'report')))));
  }

  /** Runs promises and timers of all parties until done, or until nothing is left that could change that. */
  #wait(parties: readonly Party[], isDone: () => boolean): void {
    for (let ticks = 0; ticks < ticksMax && !isDone();) {
      let ran = 0;
      for (const { seat } of parties) ran += seat.realm.jobs(jobsAtOnce);
      if (ran === 0) {
        const dues = parties.map(({ seat: { realm, wire } }) =>
          realm.number(realm.call(realm.member(wire, 'due'))),
        );
        const first = Math.min(...dues);
        const next = parties[dues.indexOf(first)];
        if (next === undefined || !Number.isFinite(first)) return;
        advance(next.seat, first);
        ticks += 1;
      }
      if (this.#watch.isOver()) throw new Thrown('InternalError', 'interrupted');
    }
  }
}

function party(seat: Seat, object: QuickJSHandle): Party {
  const { realm } = seat;
  const serve = realm.member(object, 'serve');
  return { seat, object, answer: (text) => realm.text(realm.call(serve, realm.string(text))) };
}

/** `serves` is told who will answer before the names of the document are looked up. */
function testing(seat: Seat, settings: string, serves: (party: Party) => void = () => {}): Party {
  const { realm, wire, make } = seat;
  const made = party(seat, realm.call(make, wire, realm.evaluate(`(${settings})`), realm.undefined));
  serves(made);
  realm.call(realm.member(made.object, 'names'));
  return made;
}

/** What a timer throws has nowhere to go. */
function advance({ realm, wire }: Seat, to: number): void {
  try {
    realm.call(realm.member(wire, 'advance'), realm.evaluate(String(to)));
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
  }
}

/** The document asked for a module once it ran. */
function lacked({ seat: { realm }, object }: Party): boolean {
  return realm.number(realm.call(realm.member(object, 'missing'))) === 1;
}

function kindOf(code: string): 'script' | 'module' {
  return isModule(code) ? 'module' : 'script';
}

const missing = { problem: 'missing_module' } as const;
const nobodyThere = JSON.stringify({ raised: { e: ['ReferenceError', 'not defined', -1] } });

/** Answers for a program that defines nothing. */
function emptyProgram(text: string): string {
  if (text.startsWith('{"do":"names"')) return JSON.stringify({ value: { a: [] } });
  if (text.startsWith('{"do":"whole"')) return JSON.stringify({ value: { u: 1 } });
  return nobodyThere;
}

/** The code asks for a module or a host that is not here. */
function needsMore({ message }: Thrown): boolean {
  const [, absent] = /^'?([\w$]+)'? is not defined$/.exec(message) ?? [];
  return (
    (absent !== undefined && hostNames.includes(absent)) ||
    /could not load module|Cannot find module/.test(message)
  );
}
