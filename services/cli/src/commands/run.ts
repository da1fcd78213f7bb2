import type { Pipeline } from '@ballast/document';
import { loadPipeline, visible } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';
import type { InputReport } from '../pipeline/inputs.ts';
import { progressLine, renderReport } from '../pipeline/render.ts';
import { createProgress } from '../progress.ts';
import { stopSignal } from '../stop-signal.ts';

const args = {
  stage: {
    type: 'positional',
    required: false,
    description:
      'One stage or several joined by +: detector, verifier, oversampler, mixer; default all, over files',
  },
  input: {
    type: 'string',
    valueHint: 'FILE…',
    description: '.jsonl, .jsonl.gz, .jsonl.zst, .parquet, or - for standard input',
  },
  table: { type: 'string', valueHint: 'DIR', description: 'Dataset root: data/ and refused/ lie there' },
  reference: {
    type: 'string',
    valueHint: 'FILE',
    description: 'Trusted human documents whose strata are the target',
  },
  canaries: {
    type: 'string',
    valueHint: 'FILE',
    description: 'Documents with label: human | synthetic, to calibrate the detector',
  },
  config: { type: 'string', valueHint: 'FILE', description: 'pipeline.yaml' },
  state: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Embedded state, or the state of services over brokers; default DIR/_state of the table',
  },
  brokers: {
    type: 'string',
    valueHint: 'host:port,…',
    description: 'With a stage as a service: Kafka brokers; default kafka.brokers, else the embedded topics',
  },
  insecure: { type: 'boolean', description: 'Allow an unencrypted connection to brokers on another host' },
  output: {
    type: 'string',
    valueHint: 'FILE',
    description: 'With a stage and --input: one line {id, verdict} per document, - for standard output',
  },
  workers: { type: 'string', valueHint: 'N', description: 'Processes for the stages; default one per core' },
  partitions: {
    type: 'string',
    valueHint: 'N',
    description: 'Partitions of every topic, fixed at the first run',
  },
  port: {
    type: 'string',
    valueHint: 'N',
    description: 'With a stage as a service: port of health and metrics',
  },
  json: { type: 'boolean', description: 'Print the final report as JSON' },
  quiet: { type: 'boolean', description: 'No progress' },
} as const;

/** `ballast run`: all stages over files, one stage over a file, or stages as a service. */
export const run: Command = {
  meta: {
    name: 'run',
    description: 'Run all stages over files into a table; or one stage over a file; or stages as a service.',
  },
  args,
  run: async (flags) => {
    const [stage] = flags.positionals;
    if (stage === undefined) return await overFiles(flags);
    if (flags.texts('input').length > 0) return await overFile(stage, flags);
    // A service loads no more than it needs: after a crash documents wait for it.
    const { serveStages } = await import('../pipeline/serve-stages.ts');
    return await serveStages(stage, flags);
  },
};

async function overFile(stage: string, flags: Flags): Promise<number> {
  const [input = '', ...others] = flags.texts('input');
  if (others.length > 0)
    throw new BallastError(cliErrors.usage, `a stage takes one --input, and ${others.join(', ')} is more`);
  using stop = stopSignal();
  const { runStageOverFile } = await import('../pipeline/stage-over-file.ts');
  const report = await runStageOverFile({
    stage,
    input,
    output: flags.text('output') ?? '-',
    pipeline: pipelineOf(flags),
    signal: stop.signal,
  });
  return stop.signal.aborted ? 130 : statusOf([report]);
}

async function overFiles(flags: Flags): Promise<number> {
  const [inputs, table] = [flags.texts('input'), flags.text('table')];
  if (inputs.length === 0) throw new BallastError(cliErrors.noInput, 'run needs at least one --input FILE');
  if (table === undefined) throw new BallastError(cliErrors.usage, 'run needs --table DIR, the dataset root');
  const progress = createProgress({ quiet: flags.on('quiet') });
  using stop = stopSignal();
  const [{ runFiles }, { reportOf }] = await Promise.all([
    import('../pipeline/run-files.ts'),
    import('../pipeline/report.ts'),
  ]);
  const outcome = await runFiles({
    inputs,
    table,
    pipeline: pipelineOf(flags),
    state: flags.text('state'),
    workers: flags.count('workers', 1),
    partitions: flags.count('partitions', 1),
    signal: stop.signal,
    onProgress: (now) => progress.offer(() => progressLine(now)),
  });
  await using _ = outcome.dataset;
  const report = reportOf(outcome);
  process.stdout.write(flags.on('json') ? `${JSON.stringify(report)}\n` : renderReport(report));
  return stop.signal.aborted ? 130 : statusOf(report.inputs);
}

/** Says on standard error what could not be read; the status is that of the first. */
function statusOf(inputs: readonly InputReport[]): number {
  const failures = inputs.flatMap(({ file, error }) => (error === undefined ? [] : [{ file, error }]));
  for (const { file, error } of failures)
    process.stderr.write(visible(`${file}: ${error.code}: ${error.message}\n   fix: ${error.fix}\n`));
  return failures[0]?.error.exit ?? 0;
}

/** pipeline.yaml with what the flags override. */
function pipelineOf(flags: Flags): Pipeline {
  const [reference, canaries] = [flags.text('reference'), flags.text('canaries')];
  return loadPipeline(flags.text('config'), {
    ...(canaries === undefined ? {} : { detector: { canaries } }),
    ...(reference === undefined ? {} : { oversampler: { reference } }),
  });
}
