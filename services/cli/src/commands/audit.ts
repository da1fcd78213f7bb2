import { audit as auditTable } from '@ballast/table';
import type { AuditReport } from '@ballast/table';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { BallastError } from '@ballast/stage';

const args = {
  table: {
    type: 'positional',
    required: true,
    description: 'Dataset root: the folder that holds data/ and refused/',
  },
  json: { type: 'boolean', description: 'Print the whole report as JSON' },
} as const;

/** `ballast audit DIR`: re-derives the promises from data/ and refused/ alone; exit 0 holds, 1 with the list. */
export const audit: Command = {
  meta: {
    name: 'audit',
    description: 'Prove the promises from data/ and refused/ alone: exit 0 they hold, 1 with the list.',
  },
  args,
  run: async (flags) => {
    const [root] = flags.positionals;
    if (root === undefined)
      throw new BallastError(cliErrors.usage, 'audit needs the dataset root: ballast audit DIR');
    const report = await auditTable(root);
    process.stdout.write(
      flags.on('json')
        ? `${JSON.stringify({ schemaVersion: 1, ...report }, undefined, 2)}\n`
        : render(report),
    );
    return report.holds ? 0 : 1;
  },
};

function render({ holds, breaches, notes, scopes, strata, figures }: AuditReport): string {
  const cumulative = scopes.filter(({ scope }) => scope === 'cumulative');
  return [
    holds ? 'the promises hold' : `${breaches.length} breaches:`,
    ...breaches.map(({ promise, rule, place, found }) => `  promise ${promise}: ${rule}: ${place}: ${found}`),
    `  ${figures.keptDocuments} documents kept in ${figures.keptRows} rows of ${figures.shards} shards, ${figures.refusedDocuments} refused`,
    `  ${figures.units} judged units; ${figures.unjudgedDocuments} documents of the human lane in row groups too small to bound`,
    ...cumulative.map(
      (scope) =>
        `  cumulative synthetic share: unverified ${percent(scope.share_unverified)}, at most ${percent(scope.upper_unverified)}; all ${percent(scope.share)}, at most ${percent(scope.upper)}`,
    ),
    ...strata.map(
      ({ stratum, target, share, limited }) =>
        `  stratum ${stratum}: ${percent(share)} of human tokens, wanted ${percent(target)}${limited ? ', limited by its data' : ''}`,
    ),
    ...notes.map((note) => `  note: ${note}`),
    '',
  ].join('\n');
}

/** A share nobody can bound (no judged text) is said to be none. */
function percent(share: number | null): string {
  return share === null ? 'none' : `${(100 * share).toFixed(1)} %`;
}
