import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isIngestTopic } from '@ballast/document';
import { failPoint, visible } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { openTopics } from '@ballast/stage/embedded';
import { tableSummary } from '@ballast/table';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { brokerArgs } from '../kafka/broker-flags.ts';
import { createProgress } from '../progress.ts';
import { brokerReplayTopics } from '../replay/broker-topics.ts';
import { exclusions } from '../replay/candidates.ts';
import type { Exclusion } from '../replay/candidates.ts';
import { filterArgs, filterOf } from '../replay/filter.ts';
import { embeddedReplayTopics } from '../replay/replay-topics.ts';
import type { ReplayTopics } from '../replay/replay-topics.ts';
import { planReplay, resumeReplay, startReplay } from '../replay/run-replay.ts';
import type { ReplayReport } from '../replay/run-replay.ts';
import { stopSignal } from '../stop-signal.ts';

/** How often a document may come back for the same reason before it is left where it is. */
const timesDefault = 3;

const args = {
  table: { type: 'string', valueHint: 'DIR', description: 'Dataset root: data/ and refused/ lie there' },
  ...filterArgs,
  yes: { type: 'boolean', description: 'Do it; without it the replay is only counted' },
  'dry-run': { type: 'boolean', description: 'Only count, which is the default' },
  why: { type: 'string', valueHint: 'TEXT', description: 'A sentence for the audit record' },
  rate: { type: 'string', valueHint: 'N', description: 'Documents per second; default as fast as it goes' },
  max: { type: 'string', valueHint: 'N', description: 'Most documents; default all' },
  times: {
    type: 'string',
    valueHint: 'N',
    description: `Leave out what came back for the same reason N times; default ${timesDefault}`,
  },
  force: { type: 'boolean', description: 'Replay however often a document came back' },
  resume: { type: 'string', valueHint: 'ID', description: 'Go on with a replay that was cut off' },
  state: { type: 'string', valueHint: 'DIR', description: 'Embedded state; default DIR/_state of the table' },
  ...brokerArgs,
  json: { type: 'boolean', description: 'Print the report as JSON' },
  quiet: { type: 'boolean', description: 'No progress' },
} as const;

/** `ballast replay`: refused and waiting documents through the stages once more, each kept at most once. */
export const replay: Command = {
  meta: {
    name: 'replay',
    description: 'Send refused or waiting documents through the stages once more; without --yes only counts.',
  },
  args,
  run: async (flags) => {
    const table = flags.text('table');
    if (table === undefined)
      throw new BallastError(cliErrors.usage, 'replay needs --table DIR, the dataset root');
    if (flags.on('yes') && flags.on('dry-run'))
      throw new BallastError(cliErrors.usage, '--yes and --dry-run contradict each other');
    const resumed = flags.text('resume');
    const filter = filterOf(flags);
    const limits = {
      rate: flags.count('rate', 1) ?? null,
      max: flags.count('max', 1) ?? null,
      times: flags.on('force') ? null : (flags.count('times', 1) ?? timesDefault),
    };
    const progress = createProgress({ quiet: flags.on('quiet') });
    using stop = stopSignal();
    await using topics = await openReplayTopics(flags, table);
    const request = {
      table,
      topics,
      filter,
      ...limits,
      why: flags.text('why') ?? null,
      signal: stop.signal,
      onProgress: (sent: number, planned: number) =>
        progress.offer(() => `replaying: ${sent} of ${planned} documents sent`),
    };
    const report = !flags.on('yes')
      ? await planReplay(request)
      : resumed === undefined
        ? await startReplay(request)
        : await resumeReplay(request, resumed);
    process.stdout.write(
      flags.on('json')
        ? `${JSON.stringify({ schemaVersion: 1, dryRun: !flags.on('yes'), filter, ...report })}\n`
        : visible(render(report, table, flags.on('yes'))),
    );
    return report.finished ? 0 : 130;
  },
};

/** A broker's topics when the flags name brokers, else the embedded ones of the table. */
async function openReplayTopics(flags: Flags, table: string): Promise<ReplayTopics> {
  const { tableId } = await tableSummary(table);
  if (flags.texts('brokers').length > 0) return await brokerReplayTopics(flags);
  const state = flags.text('state') ?? join(table, '_state');
  if (!existsSync(state)) throw new BallastError(cliErrors.noState, `there is no embedded state in ${state}`);
  return embeddedReplayTopics(await openTopics(state, { tableId, failAt: failPoint }), isIngestTopic);
}

function render(report: ReplayReport, table: string, isReal: boolean): string {
  const { documents, tokens, reasons, excluded, replay: id, sent, sentBefore, missing, finished } = report;
  const left = (Object.entries(exclusions) as [Exclusion, string][]).filter(([why]) => excluded[why] > 0);
  const outcome = (): readonly string[] => {
    if (!isReal) return ['nothing was replayed: add --yes to do it'];
    if (id === null) return ['nothing was replayed'];
    return [
      `replay ${id}: ${sent} documents sent${sentBefore === 0 ? '' : `, ${sentBefore} before`}; the running stages, or the next ballast run, take them up`,
      ...(missing === 0 ? [] : [`${missing} documents have no bytes any more`]),
      ...(finished ? [] : [`cut off: go on with ballast replay --table ${table} --resume ${id} --yes`]),
    ];
  };
  return [
    `${documents} documents, ${tokens} tokens to replay`,
    ...Object.entries(reasons)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, count]) => `  ${name}  ${count}`),
    ...left.map(([why, words]) => `${excluded[why]} left out: ${words}`),
    ...outcome(),
    '',
  ].join('\n');
}
