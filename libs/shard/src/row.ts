import { countTokens, formatPosition, lanes, originOfPool, refusalIn } from '@ballast/document';
import type { DetectVerdict, Document, Lane, Verdicts } from '@ballast/document';
import type { Arrival } from '@ballast/stage';
import type { DataRow, RefusedRow } from './columns.ts';
import { editText } from './text-edits.ts';

/** What the columns need beside the arrival and its verdicts. */
export interface RowContext {
  /** Training generation the row belongs to. */
  readonly generation: number;
  /** Licence of the document by the source registry; default what its metadata says. */
  readonly licenceOf?: ((document: Document) => string | undefined) | undefined;
  /** Takes out lines by the rules that the verifier named in `textEdits`; default: none. */
  readonly editLines?: ((text: string, rules: readonly string[]) => string) | undefined;
}

/** Which copy of the document a row is. */
export interface Copy {
  /** 0 = the document itself, 1 to 3 = granted repeats. */
  readonly index: number;
  /** Copies in all. */
  readonly granted: number;
  /** Judged unit within the shard; null = its row group is too small to bound. */
  readonly unit: number | null;
}

/** The row of one copy of a kept document. Pure. Throws a RangeError when the arrival holds no document. */
export function rowOf(arrival: Arrival, verdicts: Verdicts, copy: Copy, context: RowContext): DataRow {
  const { document } = arrival;
  if (document === undefined)
    throw new RangeError('rowOf: a kept arrival holds a document, this one is unreadable');
  const stripped = editText(document.text);
  const rules =
    verdicts.verify !== undefined && 'textEdits' in verdicts.verify ? (verdicts.verify.textEdits ?? []) : [];
  const text =
    rules.length > 0 && context.editLines !== undefined
      ? context.editLines(stripped.text, rules)
      : stripped.text;
  const lines = text === stripped.text ? [] : rules.map((rule) => ({ rule }));
  const edits = [...stripped.edits, ...lines];
  return {
    ...describe(arrival, verdicts, context),
    text,
    text_bytes: Buffer.byteLength(text),
    text_edits: edits.length === 0 ? null : JSON.stringify(edits),
    repeat_index: copy.index,
    repeats_granted: copy.granted,
    unit: copy.unit,
  };
}

/**
 * The row of a refused document, text as ingested; what could not be read keeps its raw bytes in
 * `value`. Pure. Throws a RangeError when no verdict refuses it and it is readable.
 */
export function refusedRowOf(arrival: Arrival, verdicts: Verdicts, context: RowContext): RefusedRow {
  const refusal = refusalIn(verdicts);
  if (refusal === undefined && arrival.unreadable === undefined) {
    throw new RangeError('refusedRowOf: no verdict refuses this arrival');
  }
  const text = arrival.document?.text ?? null;
  return {
    ...describe(arrival, verdicts, context),
    text,
    text_bytes: text === null ? 0 : Buffer.byteLength(text),
    text_edits: null,
    repeat_index: 0,
    repeats_granted: 0,
    unit: null,
    stage: refusal?.stage ?? null,
    action: refusal?.action ?? 'dead',
    reason: refusal?.reason ?? arrival.unreadable ?? null,
    value: arrival.document === undefined ? arrival.value : null,
  };
}

type Described = Omit<
  DataRow,
  'text' | 'text_bytes' | 'text_edits' | 'repeat_index' | 'repeats_granted' | 'unit'
>;

function describe(arrival: Arrival, verdicts: Verdicts, context: RowContext): Described {
  const { document, position } = arrival;
  return {
    id: document?.id ?? null,
    metadata: document === undefined ? null : metadataOf(document),
    source: document?.source ?? null,
    url: document?.url ?? null,
    lang: document?.lang ?? null,
    created: microseconds(document?.created),
    captured: document?.captured ?? null,
    licence: document === undefined ? null : licenceOf(document, context),
    generator: document?.declared?.generator ?? null,
    stratum: verdicts.oversample?.stratum ?? null,
    lane: laneOf(arrival.read.topic),
    ...provenance(verdicts.detect),
    verify: verification(verdicts),
    weight: 1,
    token_count: verdicts.oversample?.tokens ?? (document === undefined ? 0 : countTokens(document.text)),
    generation: context.generation,
    position_topic: position.topic,
    position_partition: position.partition,
    position_offset: position.offset,
    replay_of: arrival.replayOf === undefined ? null : formatPosition(arrival.replayOf.root),
    verdicts: JSON.stringify(verdicts),
  };
}

function metadataOf({ metadata, labels, declared, check }: Document): string | null {
  const all = { ...metadata, ...defined({ labels, declared, check }) };
  return Object.keys(all).length === 0 ? null : JSON.stringify(all);
}

function defined(fields: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function licenceOf(document: Document, context: RowContext): string | null {
  const registered = context.licenceOf?.(document);
  if (registered !== undefined) return registered;
  const own = document.metadata?.['licence'] ?? document.metadata?.['license'];
  return typeof own === 'string' ? own : null;
}

function laneOf(topic: string): Lane | null {
  return lanes.find((lane) => topic === `documents.${lane}`) ?? null;
}

type Provenance = Pick<
  DataRow,
  'origin' | 'pool' | 'p_synthetic' | 'p_synthetic_upper' | 'calibration_error'
>;

/** Attested text counts 0, declared text 1, and neither carries a calibration error (protocol P16, P17). */
function provenance(verdict: DetectVerdict | undefined): Provenance {
  if (verdict === undefined || verdict.action !== 'keep') {
    return {
      origin: 'unknown',
      pool: null,
      p_synthetic: null,
      p_synthetic_upper: null,
      calibration_error: null,
    };
  }
  const { pool, basis } = verdict;
  const known = { origin: originOfPool(pool), pool };
  if (pool === 'anchor') return { ...known, p_synthetic: 0, p_synthetic_upper: 0, calibration_error: 0 };
  if (basis === 'declared') return { ...known, p_synthetic: 1, p_synthetic_upper: 1, calibration_error: 0 };
  return {
    ...known,
    p_synthetic: verdict.p,
    p_synthetic_upper: verdict.pUpper,
    calibration_error: verdict.eps,
  };
}

/** Only a check that passed and that the ingest vouches for is named. */
function verification({ verify }: Verdicts): 'none' | 'code_tests' | 'math' {
  if (verify === undefined || !('verified' in verify) || !verify.verified) return 'none';
  return verify.check?.kind === 'math' ? 'math' : 'code_tests';
}

const iso8601 =
  /^([+-]\d{6}|\d{4})(-\d{2}(-\d{2})?)?(T\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Microseconds since the epoch of an ISO 8601 date; a time without zone counts as UTC; null when it is none. */
export function microseconds(date: string | undefined): bigint | null {
  if (date === undefined) return null;
  const text = date.trim().replace(' ', 'T').replace(',', '.');
  const match = iso8601.exec(text);
  if (match === null) return null;
  const zoned = match[4] === undefined || match[7] !== undefined ? text : `${text}Z`;
  const millis = Date.parse(zoned.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(millis) ? null : BigInt(millis) * 1000n;
}
