import type { Program, Report, RunLimits } from '../program.ts';
import { Bench, sources } from './bench.ts';
import { hostNames, identifiersOf, testsBody, withoutTypes } from './body.ts';
import { Court } from './court.ts';
import type { Trial } from './court.ts';
import { Thrown } from './realm.ts';
import type { CompiledWasm } from './wasm.ts';
import { Watch } from './watch.ts';

/** Changes with the programs inside. */
export const judgeVersion: string = JSON.stringify(sources);

/**
 * Judges JavaScript and TypeScript programs, one after the other. The document's code and the tests run
 * in two memories; whatever one wants of the other is a line of JSON that passes through here. Both are
 * set up once and set back to that moment before each program.
 */
export class Judge {
  readonly #wasm: CompiledWasm;
  #bench: Bench | undefined;

  constructor(wasm: CompiledWasm) {
    this.#wasm = wasm;
  }

  /** The verdict. Throws only for what it cannot explain; this judge is then not to be trusted again. */
  async judge(program: Program, limits: Pick<RunLimits, 'mode' | 'timeoutMs'>): Promise<Report> {
    const trial = trialOf(program);
    if (this.#bench?.reset() !== true) this.#bench = await Bench.open(this.#wasm);
    const bench = this.#bench;
    const watch = new Watch(limits.timeoutMs);
    bench.isOver = () => watch.isOver();
    const court = new Court(bench, watch);
    try {
      const report = court.report(trial, limits.mode);
      if (bench.broken !== undefined) throw bench.broken;
      return report;
    } catch (error) {
      if (bench.broken !== undefined) throw bench.broken;
      if (watch.over !== undefined) return { problem: watch.over };
      if (!(error instanceof Thrown)) throw error;
      return { problem: error.message.includes('out of memory') ? 'memory_limit' : 'ended_early' };
    }
  }
}
function trialOf({ language, code, tests, entry }: Program): Trial {
  const typed = language === 'typescript';
  const plain = typed ? withoutTypes(tests) : tests;
  return {
    code: typed ? withoutTypes(code) : code,
    body: plain === undefined ? undefined : testsBody(plain, entry),
    settings: JSON.stringify({
      identifiers: identifiersOf(`${tests} ${entry ?? ''}`),
      entry,
      hosts: hostNames,
    }),
  };
}
