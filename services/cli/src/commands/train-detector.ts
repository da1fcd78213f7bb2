import { trainDetector as train } from '@ballast/detect/train';
import { BallastError } from '@ballast/stage';
import { cliErrors } from '../errors.ts';
import type { Command } from '../command.ts';
import { jsonLines } from '../input/index.ts';
import { createProgress } from '../progress.ts';

const args = {
  input: {
    type: 'string',
    valueHint: 'FILE…',
    description: 'Labelled text: JSON Lines with text, label (human or synthetic) and domain',
  },
  out: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Folder for model.onnx, detector.json and MODEL_CARD.md',
  },
  'exclude-domain': {
    type: 'string',
    valueHint: 'NAME…',
    description: 'Domains to leave out, to be measured on later',
  },
  description: { type: 'string', description: 'What the model card says of the data' },
  seed: { type: 'string', description: 'Default 1; the same rows, options and seed give the same bytes' },
  json: { type: 'boolean', description: "Print the card's metrics as JSON" },
  quiet: { type: 'boolean', description: 'No progress' },
} as const;

/** `ballast train-detector`: trains a detector on labelled text; resumable, seeded. */
export const trainDetector: Command = {
  meta: {
    name: 'train-detector',
    description: 'Train a detector on your own labelled text, in minutes on one core.',
  },
  args,
  run: async (flags) => {
    const [inputs, out] = [flags.texts('input'), flags.text('out')];
    if (inputs.length === 0 || out === undefined) {
      throw new BallastError(cliErrors.usage, 'train-detector needs --input FILE and --out DIR');
    }
    const excluded = new Set(flags.texts('exclude-domain'));
    const progress = createProgress({ quiet: flags.on('quiet') });
    const seed = flags.count('seed', 0);
    const description = flags.text('description');
    const { card, unused } = await train({
      rows: readRows(inputs),
      out,
      ...(seed === undefined ? {} : { seed }),
      ...(description === undefined ? {} : { description }),
      excludeDomains: (domain) => excluded.has(domain),
      onProgress: ({ phase, share, rowsPerSecond, secondsLeft }) =>
        progress.offer(
          () =>
            `${phase}: ${(share * 100).toFixed(0)} %, ${Math.round(rowsPerSecond)} rows/s${secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft)} s left`}`,
        ),
    });
    if (flags.on('json'))
      process.stdout.write(
        `${JSON.stringify({ schemaVersion: 1, id: card.id, metrics: card.metrics, unused })}\n`,
      );
    else
      process.stderr.write(
        `model ${card.id} written to ${out}; its MODEL_CARD.md says what it can do and what not\n`,
      );
    return 0;
  },
};

/** A row that is no JSON is counted by the training as malformed, like one of another shape. */
async function* readRows(inputs: readonly string[]): AsyncGenerator {
  for await (const { value } of jsonLines(inputs)) yield value;
}
