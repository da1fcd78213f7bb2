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

/** Text of the verdicts that were read from headers: later stages hand them on as they were written. */
const textOf = new WeakMap<object, string>();

/** The headers a stage writes beside the untouched value; a verdict that was read is written as it was. */
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
    if (verdict !== undefined) headers[verdictHeader(stage)] = textOf.get(verdict) ?? JSON.stringify(verdict);
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
  const said: { [stage: string]: unknown } = {};
  for (const stage of stageNames) {
    const text = headers[verdictHeader(stage)];
    if (text !== undefined) said[stage] = JSON.parse(text);
  }
  const verdicts = verdictsSchema.parse(said);
  for (const stage of stageNames) {
    const [verdict, text] = [verdicts[stage], headers[verdictHeader(stage)]];
    if (verdict !== undefined && text !== undefined) textOf.set(verdict, text);
  }
  return {
    position: parsePosition(position),
    previous: previous === undefined ? undefined : parsePosition(previous),
    verdicts,
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
