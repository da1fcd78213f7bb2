import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDashboard } from '@ballast/dashboard';
import type { DashboardSnapshot } from '@ballast/dashboard';
import { BallastError } from '@ballast/stage';
import { audit } from '@ballast/table';
import { cliErrors } from '../errors.ts';
import { progressLine, renderReport } from '../pipeline/render.ts';
import { reportOf } from '../pipeline/report.ts';
import type { RunReport } from '../pipeline/report.ts';
import { runFiles } from '../pipeline/run-files.ts';
import { createProgress } from '../progress.ts';
import { stopSignal } from '../stop-signal.ts';
import { buildDemoFeed, demoPipeline } from './feed.ts';
import type { DemoFeed } from './feed.ts';
import { PageView } from './page.ts';
import { trueShare } from './truth.ts';

/** How the demo is run. */
export interface DemoOptions {
  readonly root: string;
  /** End after the audit. */
  readonly isOnce: boolean;
  /** Port of the page; 0 takes a free one. */
  readonly port: number;
  /** Documents per second; undefined as fast as it goes. */
  readonly rate: number | undefined;
  readonly isQuiet: boolean;
}

/** Age in seconds at which the demo commits, so that the page moves. */
const commitAfterSeconds = 5;

/** Runs the demo: feed, page, audit, summary. Resolves to the exit status. */
export async function runDemo(options: DemoOptions): Promise<number> {
  using stop = stopSignal();
  const { root } = options;
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  clearEarlierDemo(root);
  say('reading the documentation of the installed packages');
  const feed = await buildDemoFeed(
    fileURLToPath(new URL('../../../../node_modules', import.meta.url)),
    new URL('../../../../deploy/demo/', import.meta.url),
  );
  const files = writeInputs(root, feed);
  const pipeline = demoPipeline(feed, files);
  const progress = createProgress({ quiet: options.isQuiet, everySecond: true });
  let isRunning = true;
  let truth: DashboardSnapshot['truth'];
  let view: PageView | undefined;
  const closing = new AbortController();
  const page = await startDashboard({
    port: options.port,
    signal: closing.signal,
    snapshot: async () => (await view?.snapshot()) ?? emptySnapshot(root),
  });
  say(`the page is at ${page.url}`);
  const outcome = await runFiles({
    inputs: Object.values(files).filter((file) => file !== files.canaries),
    table: root,
    pipeline: { ...pipeline, detector: { ...pipeline.detector, canaries: files.canaries } },
    workers: 0,
    signal: stop.signal,
    commitAfterSeconds,
    ...(options.rate === undefined ? {} : { pace: pacer(options.rate) }),
    onStart: (watch) => {
      view = new PageView(watch, {
        dataset: root,
        isRunning: () => isRunning,
        pipeline: { ...pipeline, detector: { ...pipeline.detector, canaries: files.canaries } },
        truth: () => truth,
      });
    },
    onProgress: (now) => progress.offer(() => progressLine(now)),
  });
  await using _ = outcome.dataset;
  isRunning = false;
  const report = reportOf(outcome);
  const share = await trueShare(root, feed.synthetic);
  truth = {
    share: Math.min(1, share),
    text: `The demo knows: ${(100 * share).toFixed(1)} % of the kept tokens are truly synthetic.`,
  };
  const checked = await audit(root);
  process.stdout.write(summary(report, share, checked.holds, root));
  if (!options.isOnce && !stop.signal.aborted) {
    say(`serving ${page.url} until Ctrl-C`);
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
  }
  closing.abort();
  await page.close();
  await view?.[Symbol.asyncDispose]();
  if (!checked.holds) return 1;
  return report.flow.unaccounted === 0 ? 0 : 1;
}

/** The demo starts anew each time; anything that is not an earlier demo stays untouched. */
function clearEarlierDemo(root: string): void {
  if (!existsSync(root)) return void mkdirSync(root, { recursive: true });
  if (existsSync(join(root, 'data')) && !existsSync(join(root, '_demo'))) {
    throw new BallastError(
      cliErrors.usage,
      `${root} holds a table that is no demo; name another folder with --dir`,
    );
  }
  for (const part of ['data', 'refused', '_state', 'ballast', '_demo'])
    rmSync(join(root, part), { recursive: true, force: true });
}

function writeInputs(
  root: string,
  feed: DemoFeed,
): { readonly [name in 'attested' | 'open' | 'checks' | 'canaries']: string } {
  const folder = join(root, '_demo');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, documents: readonly object[]): string => {
    const file = join(folder, `${name}.jsonl`);
    writeFileSync(file, documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
    return file;
  };
  const { attested, open, checks } = feed.inputs;
  return {
    open: write('open', open),
    checks: write('checks', checks),
    attested: write('attested', attested),
    canaries: write('canaries', feed.canaries),
  };
}

/** Lets `rate` rows through per second, in steps of a tenth of a second. */
function pacer(rate: number): () => Promise<void> {
  const startedMs = performance.now();
  let rows = 0;
  return async () => {
    rows += 1;
    const dueMs = startedMs + (rows / rate) * 1_000;
    if (dueMs - performance.now() > 100) await delay(dueMs - performance.now());
  };
}

function summary(report: RunReport, share: number, holds: boolean, root: string): string {
  const { unverified, total } = report.shares.cumulative;
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  return [
    '',
    renderReport(report).trimEnd(),
    `truth: ${percent(share)} of the kept tokens are synthetic; stated bound ${percent(total.upper)} (unverified ${percent(unverified.upper)})`,
    `audit: ${holds ? 'the promises hold' : 'BREACHED'}`,
    '',
    'next:',
    `  npm run ballast -- audit ${root}`,
    `  npm run ballast -- explain ${root} machine-001`,
    '  npm run ballast -- run --input YOUR.jsonl --table my-data',
    '',
  ].join('\n');
}

function emptySnapshot(dataset: string): DashboardSnapshot {
  const none = { documents: 0, tokens: 0 };
  return {
    dataset,
    time: new Date().toISOString(),
    running: true,
    verdict: { state: 'filling', sentences: ['The pipeline is starting.'] },
    caps: { unverified: 0.2, total: 0.3 },
    shares: { scope: 'cumulative', unverified: { f: 0, u: 0 }, total: { f: 0, u: 0 } },
    mixture: { human: none, synthetic: none, unknown: none },
    flow: { in: none, kept: none, rejected: none, deferred: none, dead: none, waiting: none, inFlight: none },
    topics: [],
    lanes: [],
    commits: [],
  };
}
