import { visible } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { ruleReport } from '@ballast/table';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { renderRules } from '../verify/render-rules.ts';

const args = {
  action: { type: 'positional', required: true, description: 'report: what each rule failed and refused' },
  table: { type: 'string', valueHint: 'DIR', description: 'Dataset root' },
  json: { type: 'boolean', description: 'Print every count, per source, language and stratum, as JSON' },
} as const;

/** `ballast verify report --table DIR`: what the rules took, and from whom; exit 66 where there is no table. */
export const verify: Command = {
  meta: {
    name: 'verify',
    description: 'report: what each rule of the verifier refused, per source, language and stratum.',
  },
  args,
  run: async (flags) => {
    const [action] = flags.positionals;
    const table = flags.text('table');
    if (action !== 'report' || table === undefined)
      throw new BallastError(cliErrors.usage, 'verify has one form: ballast verify report --table DIR');
    const counts = await ruleReport(table);
    process.stdout.write(
      flags.on('json')
        ? `${JSON.stringify({ schemaVersion: 1, rules: counts }, undefined, 2)}\n`
        : visible(renderRules(counts)),
    );
    return 0;
  },
};
