import { writeFile } from 'node:fs/promises';
import { reportOn } from '@ballast/detect/evaluate';
import { openModels } from '@ballast/detector/open';
import { createLogger, loadPipeline, visible } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import type { Command } from '../command.ts';
import { htmlReport } from '../detect/html.ts';
import { readLabelled } from '../detect/read-labelled.ts';
import { renderReport } from '../detect/render.ts';
import { cliErrors } from '../errors.ts';
import { createProgress } from '../progress.ts';

const args = {
  action: { type: 'positional', required: true, description: 'report: how well the detector does' },
  input: {
    type: 'string',
    valueHint: 'FILE…',
    description: 'Labelled documents: JSON Lines with text, label (human or synthetic) and domain',
  },
  html: { type: 'string', valueHint: 'FILE', description: 'Also write one self-contained page with plots' },
  model: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Folder of the detector; default detector.model of the configuration, else the shipped one',
  },
  config: { type: 'string', valueHint: 'FILE', description: 'pipeline.yaml' },
  attacked: {
    type: 'string',
    valueHint: 'N',
    description: 'Documents of each label to edit and score again per attack; default 500, 0: none',
  },
  json: { type: 'boolean', description: 'Print the report as JSON' },
  quiet: { type: 'boolean', description: 'No progress' },
} as const;

/** `ballast detect report`: rates, false alarms, calibration, base rates and attacks on labelled text. */
export const detect: Command = {
  meta: {
    name: 'detect',
    description: 'report: how well the detector does on labelled text of your own.',
  },
  args,
  run: async (flags) => {
    const inputs = flags.texts('input');
    if (flags.positionals[0] !== 'report' || inputs.length === 0)
      throw new BallastError(cliErrors.usage, 'detect has one form: ballast detect report --input FILE');
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
  },
};
