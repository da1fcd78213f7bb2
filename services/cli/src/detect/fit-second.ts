import { rename, writeFile } from 'node:fs/promises';
import { fitSecond } from '@ballast/detect/train';
import type { SecondFit } from '@ballast/detect/train';
import { openModels } from '@ballast/detector/open';
import { createLogger, loadPipeline } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { jsonLines } from '../input/index.ts';
import { createProgress } from '../progress.ts';

/**
 * `ballast detect fit-second`: fits how a classifier of one's own goes together with the first model to
 * labelled text and writes the `detector.json` that says so.
 */
export async function runFitSecond(flags: Flags): Promise<number> {
  const inputs = flags.texts('input');
  const { detector } = loadPipeline(flags.text('config'));
  if (inputs.length === 0 || detector.second === undefined) {
    throw new BallastError(
      cliErrors.usage,
      inputs.length === 0
        ? 'detect fit-second needs --input FILE'
        : 'detect fit-second: detector.second of --config names no classifier',
    );
  }
  const progress = createProgress({ quiet: flags.on('quiet') });
  const logger = createLogger('detect');
  const out = flags.text('out');
  const [low = 0, high = 1] = detector.second.band;
  const first = await openModels({ model: flags.text('model') ?? detector.model, second: undefined }, logger);
  try {
    const fit = await fitSecond({
      first,
      second: {
        ...detector.second,
        band: [low, high],
        report: ({ level, message, fields }) => logger[level](fields, message),
      },
      rows: readRows(inputs),
      batch: detector.batch,
      partial: out === undefined ? undefined : `${out}.partial`,
      onProgress: (phase, done, of) =>
        progress.offer(() =>
          phase === 'reading' ? `reading: ${done} rows` : `${phase}: ${done} of ${of} texts`,
        ),
    });
    const card = `${JSON.stringify(fit.sidecar, undefined, 2)}\n`;
    if (out !== undefined) {
      await writeFile(`${out}.new`, card);
      await rename(`${out}.new`, out);
    }
    const { sidecar, ...figures } = fit;
    if (flags.on('json'))
      process.stdout.write(`${JSON.stringify({ schemaVersion: 1, detector: sidecar, ...figures })}\n`);
    else {
      if (out === undefined) process.stdout.write(card);
      process.stderr.write(renderFit(fit, out));
    }
    return 0;
  } finally {
    await first.close();
  }
}

/** What a fit came to, for people. */
export function renderFit(fit: SecondFit, out: string | undefined): string {
  const { judged, asked, unanswered, unused, first, both, folds, sidecar } = fit;
  const left = Object.entries(unused).filter(([, count]) => count > 0);
  const rates = ({ auroc, tprAt1, tprAt5, ece }: SecondFit['both']): string =>
    [auroc, tprAt1, tprAt5].map(({ value }) => value.toFixed(3)).join(' / ') + ` / ${ece.toFixed(3)}`;
  return [
    `judged ${judged.human} human and ${judged.synthetic} synthetic rows${left.length === 0 ? '' : `; not used: ${left.map(([reason, count]) => `${count} ${reason}`).join(', ')}`}`,
    `uncertain, and asked about: ${asked.human} human and ${asked.synthetic} synthetic; ${unanswered} without an answer`,
    `on ${folds === 'domain' ? 'domains' : 'rows'} that the calibration had not seen: AUROC / found at 1 % / at 5 % false alarms / calibration error`,
    `  first model alone  ${rates(first)}`,
    `  both together      ${rates(both)}`,
    ...(both.auroc.value > first.auroc.value
      ? []
      : ['the second model does not help on these rows: leave detector.second out, or lower its share']),
    ...(sidecar.domains.length === 0
      ? ['no domain has 20 rows of each label: `domains` stays empty, and families begin without them']
      : []),
    ...(out === undefined ? [] : [`written to ${out}`]),
    '',
  ].join('\n');
}

/** A row that is no JSON is counted as malformed, like one of another shape. */
async function* readRows(inputs: readonly string[]): AsyncGenerator {
  for await (const { value } of jsonLines(inputs)) yield value;
}
