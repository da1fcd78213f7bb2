import type { Position } from './position.ts';
import { formatPosition, parsePosition } from './position.ts';
import { formatReplayOf, parseReplayOf, replayHeader } from './replay.ts';
import type { ReplayOf } from './replay.ts';
import { stageNames, verdictsSchema } from './verdict.ts';
import type { StageName, Verdicts } from './verdict.ts';

/** Position of the document in the ingest topic, `topic/partition/offset`. */
export const positionHeader = 'ballast-position';
/** Position before this one, of the same ingest partition, on this output partition. */
export const previousHeader = 'ballast-previous';
/** Why the ingest could not carry the value: the message is a pointer without value. */
export const unreadableHeader = 'ballast-unreadable';
/** Header of a stage's verdict. */
export const verdictHeader = <S extends StageName>(stage: S): `ballast-verdict-${S}` =>
  `ballast-verdict-${stage}`;

/** Message headers as Ballast reads and writes them: UTF-8 text by name. */
export type Headers = { readonly [name: string]: string };

/** The headers a stage writes beside the untouched value. */
export function encodeHeaders(
  position: Position,
  previous: Position | undefined,
  verdicts: Verdicts,
  replayOf?: ReplayOf,
): Headers {
  const headers: { [name: string]: string } = { [positionHeader]: formatPosition(position) };
  if (previous !== undefined) headers[previousHeader] = formatPosition(previous);
  if (replayOf !== undefined) headers[replayHeader] = formatReplayOf(replayOf);
  for (const stage of stageNames) {
    const verdict = verdicts[stage];
    if (verdict !== undefined) headers[verdictHeader(stage)] = JSON.stringify(verdict);
  }
  return headers;
}

/** What {@link encodeHeaders} wrote. */
export interface DecodedHeaders {
  readonly position: Position;
  readonly previous: Position | undefined;
  readonly verdicts: Verdicts;
  /** Present on a replayed copy. */
  readonly replayOf?: ReplayOf;
}

/**
 * Reads the headers of a message on a topic of Ballast's own.
 * Throws when a header is missing or malformed: on own topics that is a bug or foreign writer.
 */
export function decodeHeaders(headers: Headers): DecodedHeaders {
  const position = headers[positionHeader];
  if (position === undefined)
    throw new RangeError(`decodeHeaders: no ${positionHeader} header on a stage topic`);
  const previous = headers[previousHeader];
  const replayOf = replayIn(headers);
  const verdicts: { [stage: string]: unknown } = {};
  for (const stage of stageNames) {
    const verdict = headers[verdictHeader(stage)];
    if (verdict !== undefined) verdicts[stage] = JSON.parse(verdict);
  }
  return {
    position: parsePosition(position),
    previous: previous === undefined ? undefined : parsePosition(previous),
    verdicts: verdictsSchema.parse(verdicts),
    ...(replayOf === undefined ? {} : { replayOf }),
  };
}

function replayIn(headers: Headers): ReplayOf | undefined {
  const text = headers[replayHeader];
  if (text === undefined) return undefined;
  const replayOf = parseReplayOf(text);
  if (replayOf === undefined)
    throw new RangeError(`decodeHeaders: malformed ${replayHeader} header on a stage topic`);
  return replayOf;
}
