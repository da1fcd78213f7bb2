import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Lanes } from '../lanes.ts';
import { reportSchema } from '../program.ts';
import type { Available, Program, Report, RunLimits, Unavailable } from '../program.ts';
import { Thread } from '../thread.ts';
import { judgeVersion } from './judge.ts';
import { compileWasm } from './wasm.ts';

/** How many checks run at once, and whether a first one is run now. */
export interface JavascriptOptions {
  readonly lanes: number;
  readonly prove: boolean;
}

/**
 * Opens the sandbox for JavaScript and TypeScript: QuickJS compiled to WebAssembly, in threads of their
 * own. With `prove` it is tried that it tells right from wrong; else the first thread starts when needed.
 */
export async function openJavascript({
  lanes: width,
  prove,
}: JavascriptOptions): Promise<Available | Unavailable> {
  try {
    const wasm = compileWasm(readFileSync(quickjsFile()));
    const lanes = new Lanes(width, async () => new Thread(new URL('./worker.ts', import.meta.url), wasm));
    const sandbox: Available['sandbox'] = {
      version: hash('sha256', judgeVersion, 'hex').slice(0, 16),
      run: async (program, limits) =>
        await lanes.use(limits.signal, (thread) => run(thread, program, limits)),
      close: async () => lanes.close(),
    };
    if (prove) await attempt(sandbox);
    return { available: true, sandbox };
  } catch (error) {
    return {
      available: false,
      languages: ['javascript', 'typescript'],
      reason: `QuickJS does not start here: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'run npm ci again, and start Node without flags that forbid WebAssembly or worker threads',
    };
  }
}

/** What the thread is asked. */
export interface Question {
  readonly program: Program;
  readonly mode: RunLimits['mode'];
  readonly timeoutMs: number;
}

/** The thread ends a check by itself at its deadline; this much later it is ended. Milliseconds. */
const graceMs = 300;

async function run(thread: Thread, program: Program, limits: RunLimits): Promise<Report> {
  const { mode, timeoutMs, signal } = limits;
  const question: Question = { program, mode, timeoutMs };
  const answer = await thread.ask(question, timeoutMs + graceMs, signal);
  if ('problem' in answer) return answer;
  const read = reportSchema.safeParse(answer.message);
  const report: Report = read.success ? read.data : { problem: 'no_verdict' };
  if (isDoubtful(report)) thread.end();
  return report;
}

/** What ended out of the ordinary may have left something behind. */
function isDoubtful(report: Report): boolean {
  return (
    'problem' in report && report.problem !== 'missing_module' && report.problem !== 'tests_do_not_parse'
  );
}

/** Throws unless a right program passes and a wrong one does not. */
async function attempt(sandbox: Available['sandbox']): Promise<void> {
  const program: Program = {
    language: 'typescript',
    code: 'const one = (): number => 1;',
    tests: 'assert.equal(one(), 1); assert.equal(one(), 2);',
  };
  const signal = new AbortController().signal;
  const report = await sandbox.run(program, { mode: 'apart', timeoutMs: 10_000, signal });
  if (!('passed' in report) || report.passed !== 1 || report.total !== 2) {
    throw new Error(JSON.stringify(report));
  }
}

/** The compiled QuickJS comes in a package that quickjs-emscripten depends on. */
function quickjsFile(): string {
  const outer = createRequire(import.meta.url).resolve('quickjs-emscripten');
  return createRequire(outer).resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
}
