import { mkdtemp, rm } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { formatPosition } from '@ballast/document';
import type { Pipeline } from '@ballast/document';
import { createLogger, runServices } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import type { BatchReport, Routed } from '@ballast/stage';
import { openTopics } from '@ballast/stage/embedded';
import { cliErrors } from '../errors.ts';
import { ingestFiles } from './inputs.ts';
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
}

/**
 * Runs stages over a file without a table: one NDJSON line per document, `{id, verdict}`, in input
 * order. Everything is judged afresh; state lies in a temporary folder and is removed.
 */
export async function runStageOverFile({ stage, input, output, pipeline }: StageOverFile): Promise<number> {
  if (stage === 'mixer')
    throw new BallastError(
      cliErrors.usage,
      'the mixer has no verdict of a single document: run all stages into a --table',
    );
  const services = servicesOf(stage);
  const folder = await mkdtemp(join(tmpdir(), 'ballast-'));
  try {
    await using topics = await openTopics(folder, { partitions: 1 });
    const context = { pipeline, topics, stateDir: folder, tableId: 'none', logger: createLogger(stage) };
    const signal = new AbortController().signal;
    const [report] = await ingestFiles(topics, { files: [input], pipeline, signal });
    if (stage.startsWith('detector')) await surveyArrivals(context, signal);
    const stream = output === '-' ? process.stdout : createWriteStream(output);
    let last: Promise<unknown> = Promise.resolve();
    const [first] = services;
    const observe = ({ routed }: BatchReport): void => {
      if (!stream.write(routed.map(lineOf).join(''))) last = once(stream, 'drain');
    };
    await runServices(
      [{ ...first, reads: (topic) => topic === report?.topic }, ...services.slice(1)],
      context,
      { signal, until: () => true, observe },
    );
    await last;
    if (output !== '-') {
      stream.end();
      await once(stream, 'close');
    }
    if (report?.error === undefined) return 0;
    process.stderr.write(`${report.error.code}: ${report.error.message}\n   fix: ${report.error.fix}\n`);
    return report.error.exit;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function lineOf({ arrival, verdicts }: Routed): string {
  const said = Object.values(verdicts).filter((verdict) => verdict !== undefined);
  const verdict = said.length === 1 ? said[0] : verdicts;
  return `${JSON.stringify({ id: arrival.document?.id ?? formatPosition(arrival.position), verdict })}\n`;
}
