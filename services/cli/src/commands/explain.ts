import { join } from 'node:path';
import { visible } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { findDocument } from '@ballast/table';
import type { FoundRow } from '@ballast/table';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { findInState } from '../pipeline/find-in-state.ts';
import type { FoundMessage } from '../pipeline/find-in-state.ts';
import { renderVerdicts } from '../pipeline/render-verdicts.ts';

const args = {
  table: { type: 'positional', required: true, description: 'Dataset root' },
  id: {
    type: 'positional',
    required: true,
    description: 'Document id, or its position topic/partition/offset',
  },
  state: { type: 'string', valueHint: 'DIR', description: 'Embedded state; default DIR/_state' },
  json: { type: 'boolean', description: 'Print everything as JSON' },
} as const;

/** `ballast explain DIR ID`: the whole path of one document; exit 66 for an unknown id. */
export const explain: Command = {
  meta: {
    name: 'explain',
    description: 'The whole path of one document: evidence, thresholds, outcome, shard and row.',
  },
  args,
  run: async (flags) => {
    const [root, id] = flags.positionals;
    if (root === undefined || id === undefined)
      throw new BallastError(
        cliErrors.usage,
        'explain needs the dataset root and an id: ballast explain DIR ID',
      );
    const rows = await findDocument(root, id);
    const messages = rows.some(({ action }) => action === 'keep')
      ? []
      : await findInState(flags.text('state') ?? join(root, '_state'), id, rows);
    if (rows.length + messages.length === 0)
      throw new BallastError(
        cliErrors.unknownDocument,
        `explain: neither the table nor its state holds ${id}`,
      );
    if (flags.on('json'))
      process.stdout.write(
        `${JSON.stringify({ schemaVersion: 1, id, rows, waiting: messages }, plain, 2)}\n`,
      );
    else process.stdout.write(visible([...rows.map(renderRow), ...messages.map(renderMessage)].join('\n')));
    return 0;
  },
};

function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function renderRow(row: FoundRow): string {
  const place = `${row.shard}, row ${row.row}${row.unit === null ? '' : `, judged unit ${row.unit}`}`;
  const outcome =
    row.action === 'keep'
      ? `kept in ${place} (lane ${row.lane}, use ${(row.repeat_index ?? 0) + 1} of ${row.repeats_granted ?? 1})`
      : `${row.action}: ${row.reason}, in ${place}`;
  const position = `${row.position_topic}/${row.position_partition}/${row.position_offset}`;
  const copy = row.replay_of === null ? '' : ` (${position}, replayed from ${row.replay_of})`;
  return `${row.id}${copy}: ${outcome}\n${renderVerdicts(row.verdicts)}`;
}

function renderMessage({ id, topic, verdicts }: FoundMessage): string {
  return `${id}: not in the table yet, in ${topic}\n${renderVerdicts(verdicts)}`;
}
