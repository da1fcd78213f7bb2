import { countTokens, refusalIn } from '@ballast/document';
import type { Lane, MixVerdict } from '@ballast/document';
import type { Arrival, Record } from '@ballast/stage';
import type { Charge } from './cap.ts';

/** Version of the mixer's rules: stands in every verdict. */
export const mixVersion = 'mix-1';

/** A document that may become a row of the table. */
export interface Row {
  readonly kind: 'row';
  readonly arrival: Record;
  readonly lane: Lane;
  readonly charge: Charge;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
  readonly stratum: string;
  /** Copies in all that the oversampler proposes; 1 outside the human lane. */
  readonly repeats: number;
}

/** A message that becomes no row: it leaves with `verdict`, or with the refusal it already carries. */
export interface Outcast {
  readonly kind: 'outcast';
  readonly arrival: Arrival;
  readonly lane: Lane;
  readonly verdict: MixVerdict | undefined;
}

/** What may be taken from the head of a lane. */
export type Candidate = Row | Outcast;

/** A head that stays where it is until the open shard is committed: another copy of it lies there (protocol P15). */
export interface Held {
  readonly kind: 'held';
  readonly lane: Lane;
}

/** What lies at the head of a lane. */
export type Head = Candidate | Held;

/** The lanes that wait for allowance, in the order they are served (protocol P20). */
export const waitingLanes = ['p30', 'p50', 'p70', 'p90', 'synthetic', 'checked'] as const;

/** Reads a lane message in the terms of the bound. Total: what cannot be weighed is an {@link Outcast}. */
export function weigh(arrival: Arrival, lane: Lane): Candidate {
  const { document, verdicts } = arrival;
  const detect = verdicts.detect;
  if (document === undefined || refusalIn(verdicts) !== undefined) {
    return { kind: 'outcast', arrival, lane, verdict: undefined };
  }
  if (detect === undefined || !('pool' in detect)) {
    return { kind: 'outcast', arrival, lane, verdict: refusal('dead', 'missing_detect_verdict') };
  }
  const tokens = verdicts.oversample?.tokens ?? countTokens(document.text);
  return {
    kind: 'row',
    arrival: { ...arrival, document },
    lane,
    charge: { tokens, p: detect.p, eps: detect.eps, checked: lane === 'checked' },
    bytes: Buffer.byteLength(document.text),
    stratum: verdicts.oversample?.stratum ?? 'unknown',
    repeats: lane === 'human' ? (verdicts.oversample?.repeats ?? 1) : 1,
  };
}

/** A document that no unit could bear (protocol P20): it may come back when units can be larger. */
export function tooLong(arrival: Arrival, lane: Lane): Outcast {
  return { kind: 'outcast', arrival, lane, verdict: refusal('defer', 'too_long_for_the_bound') };
}

/** A copy of a document whose other copy is in the table (protocol P15). */
export function superseded(arrival: Arrival, lane: Lane): Outcast {
  return { kind: 'outcast', arrival, lane, verdict: refusal('reject', 'superseded') };
}

function refusal(action: 'reject' | 'defer' | 'dead', reason: string): MixVerdict {
  return { stage: 'mix', version: mixVersion, action, reason };
}
