/**
 * Measures ground-truth checks: node test/bench/verify-checks.ts [--seconds N] [--json]
 *
 * Small programs, each different, through the pool of two lanes; the start of a short Python check beside a
 * bare python3; the golden pairs of the maths checks; and how many planted near-duplicates the bands of
 * MinHash find. Exit 1 when a goal is missed.
 *
 *   --seconds N   how long each rate is measured, after a warm-up (default 5)
 *   --json        one line of JSON instead of the table
 */
import { spawnSync } from 'node:child_process';
import { pipelineSchema } from '@ballast/document';
import type { Check, CheckOutcome, Document } from '@ballast/document';
import { checker, differentPairs, equalPairs } from '@ballast/verify/measure';
import { openSandbox } from '@ballast/verify/sandbox';
import { readFlags } from '../flags.ts';
import { foundShare } from './planted-pairs.ts';

/** Checks at once: the goals are for two cores. */
const lanes = 2;
const runs = 3;
const startSamples = 60;
const signal = new AbortController().signal;
const settings = pipelineSchema.parse({}).verify;

const programs: {
  readonly [language in 'python' | 'javascript' | 'typescript']: (n: number) => readonly [string, string];
} = {
  python: (n) => [
    `def f(x):\n    return x * x + ${n}`,
    `assert f(2) == ${4 + n}\nassert f(3) == ${9 + n}\nassert f(0) == ${n}`,
  ],
  javascript: (n) => [
    `function f(x) { return x * x + ${n} }`,
    `assert.equal(f(2), ${4 + n}); assert.equal(f(3), ${9 + n}); assert.equal(f(0), ${n});`,
  ],
  typescript: (n) => [
    `const f = (x: number): number => x * x + ${n};`,
    `assert.equal(f(2), ${4 + n}); assert.equal(f(3), ${9 + n}); assert.equal(f(0), ${n});`,
  ],
};

type Ask = (text: string, check: Check) => Promise<CheckOutcome | undefined>;

async function main(): Promise<number> {
  const values = readFlags(import.meta.filename, {
    json: { type: 'boolean' },
    seconds: { type: 'string', default: '5' },
  });
  const seconds = Number(values.seconds);
  const { sandbox, missing } = await openSandbox({ lanes, prove: true });
  for (const { languages, reason } of missing)
    process.stderr.write(`no ${languages.join(', ')}: ${reason}\n`);
  if (sandbox === undefined || missing.length > 0) return 1;
  const check = checker(settings, sandbox);
  const ask: Ask = async (text, asked) => await check(documentOf(text, asked), true, signal);
  const rates = {
    python: await rate(ask, 'python', seconds),
    javascript: await rate(ask, 'javascript', seconds),
    typescript: await rate(ask, 'typescript', seconds),
  };
  const start = await startRatio(ask);
  const pairs = await goldenPairs(ask);
  const planted = ([0.8, 0.9] as const).map((jaccard) => ({ jaccard, ...foundShare(2_000, jaccard) }));
  await sandbox.close();
  const goals = {
    'python checks/s >= 20': rates.python.median >= 20,
    'javascript checks/s >= 300': rates.javascript.median >= 300,
    'start <= 2x a bare python3': start.ratio <= 2,
    'maths pairs: 0 wrong passes, >= 95 % decided':
      pairs.wrongPasses === 0 && pairs.decided >= 0.95 * pairs.total,
    'near-duplicates found within 2 points of 14 bands of 8': planted.every(
      ({ found, expected }) => Math.abs(found - expected) <= 0.02,
    ),
  };
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify({ rates, start, pairs, planted, goals })}\n`
      : table(rates, start, pairs, planted),
  );
  for (const [goal, met] of Object.entries(goals)) if (!met) process.stderr.write(`missed: ${goal}\n`);
  return Object.values(goals).every(Boolean) ? 0 : 1;
}

/** Checks per second. */
interface Throughput extends Rate {
  /** Processor time of this process and its threads per check; Python's own processes come on top. */
  readonly cpuMs: number;
}

interface Rate {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Passed checks per second, two at a time, over several runs. */
async function rate(ask: Ask, language: keyof typeof programs, seconds: number): Promise<Throughput> {
  let next = 0;
  const lane = async (until: number): Promise<void> => {
    while (performance.now() < until) {
      const [code, tests] = programs[language]((next += 1));
      const truth = await ask(code, { kind: 'code', language, tests });
      if (truth?.outcome !== 'pass') throw new Error(`${language} check ended ${JSON.stringify(truth)}`);
    }
  };
  const measured: number[] = [];
  let cpuMs = 0;
  for (let run = 0; run <= runs; run += 1) {
    process.stderr.write(`${language}, run ${run} of ${runs}${run === 0 ? ' (warm-up)' : ''}\n`);
    const [began, before] = [performance.now(), next];
    const cpu = process.cpuUsage();
    const until = began + (run === 0 ? 2 : seconds) * 1_000;
    await Promise.all(Array.from({ length: lanes }, async () => await lane(until)));
    const { user, system } = process.cpuUsage(cpu);
    cpuMs = (user + system) / 1_000 / (next - before);
    if (run > 0) measured.push((next - before) / ((performance.now() - began) / 1_000));
  }
  return { ...spread(measured), cpuMs };
}

interface Start {
  readonly checkMs: Rate;
  readonly bareMs: Rate;
  readonly ratio: number;
}

/** One short check and one bare interpreter, in turn, so that both see the same host. */
async function startRatio(ask: Ask): Promise<Start> {
  const check: number[] = [];
  const bare: number[] = [];
  for (let n = 0; n < startSamples; n += 1) {
    const began = performance.now();
    await ask(`x = ${n}`, { kind: 'code', language: 'python', tests: `assert x == ${n}` });
    const between = performance.now();
    spawnSync('/usr/bin/python3', ['-c', 'pass']);
    check.push(between - began);
    bare.push(performance.now() - between);
  }
  const [checkMs, bareMs] = [spread(check), spread(bare)];
  return { checkMs, bareMs, ratio: checkMs.median / bareMs.median };
}

interface Pairs {
  readonly total: number;
  readonly decided: number;
  readonly wrongPasses: number;
  readonly wrongFails: number;
}

/** The pairs whose answer is known, both ways round. */
async function goldenPairs(ask: Ask): Promise<Pairs> {
  const outcomes: { readonly right: boolean; readonly outcome: string }[] = [];
  for (const [right, pairs] of [
    [true, equalPairs],
    [false, differentPairs],
  ] as const) {
    for (const [found, answer] of pairs) {
      const truth = await ask(`\\boxed{${found}}`, { kind: 'math', answer });
      outcomes.push({ right, outcome: truth?.outcome ?? 'unknown' });
    }
  }
  return {
    total: outcomes.length,
    decided: outcomes.filter(({ outcome }) => outcome !== 'unknown').length,
    wrongPasses: outcomes.filter(({ right, outcome }) => !right && outcome === 'pass').length,
    wrongFails: outcomes.filter(({ right, outcome }) => right && outcome === 'fail').length,
  };
}

function documentOf(text: string, check: Check): Document {
  return { id: 'bench', source: 'bench', text, check };
}

function spread(values: readonly number[]): Rate {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { min: at(0), median: at(0.5), max: at(1) };
}

interface Planted {
  readonly jaccard: number;
  readonly found: number;
  readonly expected: number;
}

function table(
  rates: { readonly [language: string]: Throughput },
  start: Start,
  pairs: Pairs,
  planted: readonly Planted[],
): string {
  const shown = ({ min, median, max }: Rate, digits = 0): string =>
    `${median.toFixed(digits)} (${min.toFixed(digits)}-${max.toFixed(digits)})`;
  return [
    ...Object.entries(rates).map(
      ([language, each]) =>
        `${language.padEnd(12)} ${shown(each)} checks/s on ${lanes} lanes, ${each.cpuMs.toFixed(1)} CPU-ms each here`,
    ),
    `start        ${shown(start.checkMs, 1)} ms per short check, bare python3 ${shown(start.bareMs, 1)} ms: ${start.ratio.toFixed(2)}x`,
    `maths        ${pairs.decided} of ${pairs.total} golden pairs decided, ${pairs.wrongPasses} wrong passes, ${pairs.wrongFails} wrong fails`,
    ...planted.map(
      ({ jaccard, found, expected }) =>
        `minhash      ${found.toFixed(4)} of 2,000 planted pairs at Jaccard ${jaccard} found, expected ${expected.toFixed(4)}`,
    ),
    '',
  ].join('\n');
}

process.exitCode = await main();
