import { parsePosition } from '@ballast/document';
import type { Position } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { RefusedFilter } from '@ballast/table';
import { z } from 'zod';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';

/** What may be replayed: the three ways of being refused, and `wait` for what stands in a lane. */
export const replayActions = ['reject', 'defer', 'dead', 'wait'] as const;

/** Which documents a replay takes; an empty list means any. Plain data: it stands in the audit record. */
export const replayFilterSchema = z.strictObject({
  actions: z.array(z.enum(replayActions)),
  reasons: z.array(z.string()),
  sources: z.array(z.string()),
  strata: z.array(z.string()),
  ids: z.array(z.string()),
  /** Position `topic/partition/offset`, or a time in ISO 8601. */
  from: z.string().optional(),
  to: z.string().optional(),
});

/** Which documents a replay takes. */
export type ReplayFilter = z.infer<typeof replayFilterSchema>;

/** The flags of the filter; a closed set, no expression of the user's is ever run. */
export const filterArgs = {
  action: { type: 'string', valueHint: 'reject|defer|dead|wait', description: 'Only these ways out' },
  reason: {
    type: 'string',
    valueHint: 'REASON…',
    description: 'Only these reasons; of what waits, its lane',
  },
  source: { type: 'string', valueHint: 'NAME…', description: 'Only documents of these sources' },
  stratum: { type: 'string', valueHint: 'NAME…', description: 'Only documents of these strata' },
  id: { type: 'string', valueHint: 'ID…', description: 'Only these documents' },
  from: {
    type: 'string',
    valueHint: 'POSITION|TIME',
    description: 'From this ingest position on, topic/partition/offset; or refused since, ISO 8601',
  },
  to: { type: 'string', valueHint: 'POSITION|TIME', description: 'Up to this position, or refused until' },
} as const;

/** Reads the filter; throws BALLAST_CLI_USAGE for an unknown action or a bound that is neither position nor time. */
export function filterOf(flags: Flags): ReplayFilter {
  const unknown = flags.texts('action').find((each) => !replayActions.some((action) => action === each));
  if (unknown !== undefined)
    throw new BallastError(cliErrors.usage, `--action ${unknown} is none of ${replayActions.join(', ')}`);
  const [from, to] = [flags.text('from'), flags.text('to')];
  const filter = {
    actions: replayActions.filter((action) => flags.texts('action').includes(action)),
    reasons: [...flags.texts('reason')],
    sources: [...flags.texts('source')],
    strata: [...flags.texts('stratum')],
    ids: [...flags.texts('id')],
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  boundsOf(filter);
  return filter;
}

/** The part of the filter that the table answers; undefined when nothing refused is asked for. */
export function refusedFilterOf(filter: ReplayFilter, version: number): RefusedFilter | undefined {
  const actions = filter.actions.filter((action) => action !== 'wait');
  if (filter.actions.length > 0 && actions.length === 0) return undefined;
  const { reasons, sources, strata, ids } = filter;
  return { actions, reasons, sources, strata, ids, version, ...boundsOf(filter) };
}

/** What of a waiting document the filter looks at. */
export interface Waiting {
  readonly position: Position;
  /** Its lane: `p50`. */
  readonly reason: string;
  readonly source: string | null;
  readonly stratum: string | null;
  readonly id: string | null;
}

/**
 * The part of the filter that documents in the lanes are held against; undefined when none is asked for. A
 * time is when a document was refused: what waits has none, so a bound in time leaves it out.
 */
export function waitingFilterOf(filter: ReplayFilter): ((waiting: Waiting) => boolean) | undefined {
  const { actions, reasons, sources, strata, ids } = filter;
  const { from, to, since, until } = boundsOf(filter);
  if (actions.length > 0 && !actions.includes('wait')) return undefined;
  if (since !== undefined || until !== undefined) return undefined;
  const among = (values: readonly string[], value: string | null): boolean =>
    values.length === 0 || (value !== null && values.includes(value));
  return ({ position, reason, source, stratum, id }) =>
    among(reasons, reason) &&
    among(sources, source) &&
    among(strata, stratum) &&
    among(ids, id) &&
    (from === undefined || (isBeside(position, from) && position.offset >= from.offset)) &&
    (to === undefined || (isBeside(position, to) && position.offset <= to.offset));
}

function isBeside(one: Position, other: Position): boolean {
  return one.topic === other.topic && one.partition === other.partition;
}

function boundsOf({ from, to }: ReplayFilter): Pick<RefusedFilter, 'from' | 'to' | 'since' | 'until'> {
  const [low, high] = [boundOf('from', from), boundOf('to', to)];
  return {
    ...(typeof low === 'number' ? { since: low } : { from: low }),
    ...(typeof high === 'number' ? { until: high } : { to: high }),
  };
}

function boundOf(flag: string, text: string | undefined): Position | number | undefined {
  if (text === undefined) return undefined;
  if (text.includes('/')) {
    try {
      return parsePosition(text);
    } catch {
      throw new BallastError(cliErrors.usage, `--${flag} ${text} is no position topic/partition/offset`);
    }
  }
  const time = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(time))
    throw new BallastError(cliErrors.usage, `--${flag} ${text} is neither a position nor a time in ISO 8601`);
  return time;
}
