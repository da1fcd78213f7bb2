import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPosition } from '@ballast/document';
import type { Pipeline } from '@ballast/document';
import { createLogger, runServices } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import type { Routed } from '@ballast/stage';
import { openTopics } from '@ballast/stage/embedded';
import { cliErrors } from '../errors.ts';
import { ingestFiles } from './inputs.ts';
import type { InputReport } from './inputs.ts';
import { openLineOutput } from './line-output.ts';
import { refuseUnreadable } from './refuse-unreadable.ts';
import { servicesOf } from './serve-stages.ts';
import { surveyArrivals } from './survey.ts';

/** One stage over one file. */
export interface StageOverFile {
  /** Stage or stages joined by +. */
  readonly stage: string;
  readonly input: string;
  /** File, or - for standard output. */
  readonly output: string;
  readonly pipeline: Pipeline;
  readonly signal: AbortSignal;
}

/**
 * Runs stages over a file without a table: one NDJSON line per document, `{id, verdict}`, in input
 * order (joined stages: `{id, verdict: {detect, verify}}`). Everything is judged afresh; state lies in a temporary folder and is removed. Resolves to what
 * came of the input. Throws BALLAST_CLI_USAGE and BALLAST_CLI_OUTPUT.
 */
export async function runStageOverFile(options: StageOverFile): Promise<InputReport> {
  const { stage, input, pipeline } = options;
  if (stage === 'mixer')
    throw new BallastError(
      cliErrors.usage,
      'the mixer has no verdict of a single document: run all stages into a --table',
    );
  const [first, ...rest] = await servicesOf(stage);
  const output = openLineOutput(options.output);
  const signal = AbortSignal.any([options.signal, output.signal]);
  const folder = await mkdtemp(join(tmpdir(), 'ballast-'));
  try {
    await using opened = await openTopics(folder, { partitions: 1 });
    const topics = first.name === 'oversampler' ? refuseUnreadable(opened) : opened;
    const context = { pipeline, topics, stateDir: folder, tableId: 'none', logger: createLogger(stage) };
    const [report = { file: input, rows: 0, added: 0 }] = await ingestFiles(topics, {
      files: [input],
      pipeline,
      signal,
    });
    if (first.name === 'detector') await surveyArrivals(context, signal);
    await runServices([{ ...first, reads: (topic) => topic === report.topic }, ...rest], context, {
      signal,
      until: () => true,
      observe: ({ routed }) => output.write(routed.map((one) => lineOf(one, rest.length > 0)).join('')),
    });
    await output.close();
    return report;
  } catch (error) {
    // Nobody is left to read what would have followed.
    if (signal.aborted && error === signal.reason) return { file: input, rows: 0, added: 0 };
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Joined stages say what each of them said, by stage; a single one its own verdict. */
function lineOf({ arrival, verdicts }: Routed, isJoined: boolean): string {
  const verdict = isJoined ? verdicts : Object.values(verdicts).find((said) => said !== undefined);
  return `${JSON.stringify({ id: arrival.document?.id ?? formatPosition(arrival.position), verdict })}\n`;
}
