import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ModelRule } from './faults.ts';
import { mutations } from './mutations.ts';
import type { Mutation } from './mutation.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const mutate = new URL('mutate.ts', import.meta.url).href;
const root = fileURLToPath(new URL('../../', import.meta.url));
/** Runs within which a missing rule must show; the slowest needs about 40. */
const runsMax = '600';
/** Milliseconds after which a run is ended, and has noticed nothing. */
const runMsMax = 280_000;

/** The rules that live outside the code under test, in words. */
export const modelRules: readonly (readonly [off: ModelRule, rule: string])[] = [
  ['one_writer_per_topic', 'P1: one topic, one writing stage'],
  ['pure_route', 'P2: the route reads no configuration'],
  ['stop_on_failed_send', 'P5: a writer stops at a failed send'],
  ['immutable_snapshots', 'P6: snapshots are immutable objects with a name of their own'],
  ['log_is_the_truth', "P8: for the mixer the table's log is the truth"],
];

/** What came of taking a rule away. */
export interface Catch {
  /** Undefined when nothing noticed. */
  readonly by: string | undefined;
  readonly output: string;
}

/** Takes a rule of the model away and looks whether the simulation breaks. */
export async function catchModelRule(off: ModelRule): Promise<Catch> {
  const { status, output } = await runNode([main, '--runs', runsMax, '--until-broken', '--off', off]);
  return { by: status === 0 ? `the simulation: ${lastLine(output)}` : undefined, output };
}

/** Takes a guard of the code away and looks whether the simulation breaks or one of its tests turns red. */
export async function catchMutation({ name, caughtBy }: Mutation): Promise<Catch> {
  if (typeof caughtBy === 'string') {
    const losses = caughtBy === 'simulation' ? [] : ['--silent-losses'];
    const args = [main, '--runs', runsMax, '--until-broken', ...losses];
    const { status, output } = await runNode(args, name);
    return { by: status === 0 ? `the simulation: ${lastLine(output)}` : undefined, output };
  }
  const results = await Promise.all(
    caughtBy.map(async (place) => {
      const { file, test } = typeof place === 'string' ? { file: place, test: undefined } : place;
      const only =
        test === undefined
          ? []
          : ['--test-force-exit', `--test-name-pattern=${test.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`];
      return {
        by: test === undefined ? file : `${file}: ${test}`,
        ...(await runNode([...only, file], name)),
      };
    }),
  );
  // A patch that is no program any more would turn everything red.
  const red = results.find(({ status, output }) => status === 1 && !output.includes('SyntaxError'));
  return { by: red?.by, output: results.map(({ output }) => output).join('\n') };
}

/**
 * Takes every rule away in turn and tells of each what noticed. Resolves with the rules that nothing noticed
 * the lack of.
 */
export async function catchAll(
  tell: (rule: string, by: string | undefined) => void,
): Promise<readonly string[]> {
  const missed: string[] = [];
  const note = (rule: string, { by }: Catch): void => {
    tell(rule, by);
    if (by === undefined) missed.push(rule);
  };
  for (const [off, rule] of modelRules) note(rule, await catchModelRule(off));
  for (const mutation of mutations)
    note(`${mutation.rule} (${mutation.name})`, await catchMutation(mutation));
  return missed;
}

/** Runs Node on a file, with a guard of the code taken away; the exit status and what it printed. */
export async function runNode(
  args: readonly string[],
  mutation?: string,
): Promise<{ readonly status: number; readonly output: string }> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn(process.execPath, [...(mutation === undefined ? [] : ['--import', mutate]), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: runMsMax,
    env: { ...environment, ...(mutation === undefined ? {} : { BALLAST_MUTATION: mutation }) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output += text;
    });
  }
  const [status] = await once(child, 'close');
  return { status: typeof status === 'number' ? status : -1, output };
}

function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1) ?? '';
}
