import { writeFile } from 'node:fs/promises';
import { reportOn } from '@ballast/detect/evaluate';
import { openModels } from '@ballast/detector/open';
import { createLogger, loadPipeline, visible } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { createProgress } from '../progress.ts';
import { htmlReport } from './html.ts';
import { readLabelled } from './read-labelled.ts';
import { renderReport } from './render.ts';

/** `ballast detect report`: rates, false alarms, calibration, base rates and attacks on labelled text. */
export async function runReport(flags: Flags): Promise<number> {
  const inputs = flags.texts('input');
  if (inputs.length === 0) throw new BallastError(cliErrors.usage, 'detect report needs --input FILE');
  const progress = createProgress({ quiet: flags.on('quiet') });
  const { documents, malformed } = await readLabelled(inputs);
  if (documents.length === 0) {
    throw new BallastError(
      { ...cliErrors.usage, exit: 65 },
      `detect report: no labelled document among ${malformed} lines of ${inputs.join(', ')}`,
    );
  }
  const { detector } = loadPipeline(flags.text('config'));
  const model = flags.text('model') ?? detector.model;
  const scorer = await openModels({ ...detector, model }, createLogger('detect'));
  try {
    const attacked = flags.count('attacked', 0);
    const report = await reportOn({
      scorer,
      documents,
      batch: detector.batch,
      ...(attacked === undefined ? {} : { attacked }),
      onProgress: (done, of) => progress.offer(() => `${done} of ${of} texts scored`),
    });
    const html = flags.text('html');
    if (html !== undefined) await writeFile(html, htmlReport(report));
    if (malformed > 0)
      process.stderr.write(`${malformed} lines are no labelled documents and were left out\n`);
    process.stdout.write(
      flags.on('json')
        ? `${JSON.stringify({ schemaVersion: 1, malformed, ...report }, undefined, 2)}\n`
        : visible(renderReport(report)),
    );
    return 0;
  } finally {
    await scorer.close();
  }
}
