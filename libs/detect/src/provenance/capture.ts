import type { Evidence } from '@ballast/document';
import { weights } from '../weights.ts';
import { nothing } from './probe.ts';
import type { ProvenanceProbe } from './probe.ts';

/**
 * Compares the archive's capture date with the cutoff (epoch milliseconds). A date before it attests
 * human only through an ingest that is trusted to date captures; the author's own date never does.
 */
export function captureProbe(cutoffMs: number): ProvenanceProbe {
  return {
    id: 'capture/1',
    examine({ document: { captured }, trust }) {
      if (captured === undefined) return nothing;
      const claim = compareCapture(captured, cutoffMs);
      if (claim === 'after') return nothing;
      const entry = (name: string, weight: number): Evidence => ({
        name,
        block: 'registry',
        weight,
        detail: captured.slice(0, 64),
      });
      if (claim === 'implausible') return { evidence: [entry('capture_date_implausible', 0)] };
      if (!trust.has('captured')) return { evidence: [entry('capture_date_untrusted_ingest', 0)] };
      return {
        evidence: [entry('captured_before_cutoff', weights.capturedBefore)],
        settles: 'attested_by_capture',
      };
    },
  };
}

const form =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?)?)?$/;

/** No archive of the web captured anything before this year; earlier dates are defaults such as 1970-01-01. */
const firstYear = 1996;

/** What a capture date says: `before` the cutoff, `after` it, or `implausible` (no date an archive could have written). */
export type CaptureClaim = 'before' | 'after' | 'implausible';

/**
 * Compares an ISO 8601 capture date with a cutoff, both UTC unless they name a zone. A date given only
 * as year, month or day counts as its last moment, the cutoff as its first, so doubt never attests.
 */
export function compareCapture(captured: string, cutoffMs: number): CaptureClaim {
  const end = lastMoment(captured.trim());
  if (end === undefined || new Date(end).getUTCFullYear() < firstYear) return 'implausible';
  return end < cutoffMs ? 'before' : 'after';
}

/** First moment of a cutoff date in epoch milliseconds; undefined when it is no ISO 8601 date. */
export function cutoffMsOf(cutoff: string): number | undefined {
  const match = form.exec(cutoff.trim());
  if (match === null) return undefined;
  const ms = Date.parse(
    cutoff.trim().replace(' ', 'T') + (match[4] !== undefined && match[7] === undefined ? 'Z' : ''),
  );
  return Number.isNaN(ms) ? undefined : ms;
}

function lastMoment(date: string): number | undefined {
  const match = form.exec(date);
  if (match === null) return undefined;
  const start = cutoffMsOf(date);
  if (start === undefined) return undefined;
  const [, year, month, day] = match;
  if (
    day !== undefined &&
    new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)
  ) {
    return undefined;
  }
  if (month === undefined) return Date.UTC(Number(year) + 1, 0, 1) - 1;
  if (day === undefined) return Date.UTC(Number(year), Number(month), 1) - 1;
  return match[4] === undefined ? start + 86_400_000 - 1 : start;
}
