import type { Document, Evidence, Trust } from '@ballast/document';
import { artefactsIn } from './artefacts.ts';
import { compareCapture } from './capture.ts';
import { claimsOf } from './declared.ts';
import type { SourceFacts } from './registry.ts';

/** What provenance alone says of a document, before any model sees it. */
export interface Provenance {
  /** Set when provenance settles the origin; then it is also the verdict's reason. */
  readonly settled:
    | 'declared_synthetic'
    | 'source_publishes_synthetic'
    | 'attested_by_source'
    | 'attested_by_capture'
    | undefined;
  readonly evidence: readonly Evidence[];
}

/** Shown weights of what attests, in log-odds; an attested document is not scored, so they decide nothing. */
const attestWeight = { source: -6, captured: -5 } as const;

/**
 * Examines the raw fields. Any claim of *synthetic* settles the matter, also against attestation: an
 * attested source may publish declared machine text. Unsigned claims of *human* are shown and weigh 0.
 * A source or a capture date attests only if the ingest is trusted for it.
 */
export function examine(
  document: Document,
  facts: SourceFacts,
  trust: ReadonlySet<Trust>,
  cutoffMs: number,
): Provenance {
  const claims = claimsOf(document);
  const evidence = [...claims.map((claim) => claim.evidence), ...artefactsIn(document.text)];
  if (claims.some((claim) => claim.claims === 'synthetic'))
    return { settled: 'declared_synthetic', evidence };
  if (facts.trust === 'synthetic') {
    return {
      settled: 'source_publishes_synthetic',
      evidence: [...evidence, { name: 'source_list', weight: 5, ...detailOf(facts.match) }],
    };
  }
  const attested: Evidence[] = [];
  if (facts.trust === 'human') {
    // Shown even where it does not count, so that a reader sees which word of trust is missing.
    if (trust.has('source'))
      attested.push({ name: 'source_list', weight: attestWeight.source, ...detailOf(facts.match) });
    else evidence.push({ name: 'source_list_untrusted_ingest', weight: 0, ...detailOf(facts.match) });
  }
  const capture = document.captured === undefined ? 'after' : compareCapture(document.captured, cutoffMs);
  if (capture === 'before' && trust.has('captured')) {
    attested.push({
      name: 'captured_before_cutoff',
      weight: attestWeight.captured,
      ...detailOf(document.captured),
    });
  } else if (capture === 'before') {
    evidence.push({ name: 'capture_date_untrusted_ingest', weight: 0, ...detailOf(document.captured) });
  } else if (capture === 'implausible') {
    evidence.push({
      name: 'capture_date_implausible',
      weight: 0,
      ...detailOf(document.captured?.slice(0, 64)),
    });
  }
  if (attested.length === 0) return { settled: undefined, evidence };
  const settled = attested[0]?.name === 'source_list' ? 'attested_by_source' : 'attested_by_capture';
  return { settled, evidence: [...attested, ...evidence] };
}

function detailOf(detail: string | undefined): { readonly detail?: string } {
  return detail === undefined ? {} : { detail };
}
