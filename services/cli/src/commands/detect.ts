import { BallastError } from '@ballast/stage';
import type { Command } from '../command.ts';
import { runFitSecond } from '../detect/fit-second.ts';
import { runReport } from '../detect/report.ts';
import { cliErrors } from '../errors.ts';

const args = {
  action: {
    type: 'positional',
    required: true,
    description:
      'report: how well the detector does. fit-second: how the classifier of detector.second goes together with the first model',
  },
  input: {
    type: 'string',
    valueHint: 'FILE…',
    description: 'Labelled documents: JSON Lines with text, label (human or synthetic) and domain',
  },
  out: {
    type: 'string',
    valueHint: 'FILE',
    description:
      "fit-second: where the detector.json goes, as a rule that of the classifier's folder; an interrupted fit goes on beside it. Default: printed",
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

/** `ballast detect`: what the detector is worth on labelled text, and what a second model is fitted to. */
export const detect: Command = {
  meta: {
    name: 'detect',
    description:
      'report: how well the detector does on labelled text of your own; fit-second: calibrate a second model.',
  },
  args,
  run: async (flags) => {
    const [action] = flags.positionals;
    if (action === 'report') return await runReport(flags);
    if (action === 'fit-second') return await runFitSecond(flags);
    throw new BallastError(
      cliErrors.usage,
      'detect has two forms: ballast detect report --input FILE and ballast detect fit-second --config FILE --input FILE',
    );
  },
};
