import type { Document, Evidence, Trust } from '@ballast/document';
import type { SourceFacts } from './registry.ts';

/** What a probe may look at: the raw document, and what registry and ingest say of it. */
export interface Subject {
  readonly document: Document;
  readonly facts: SourceFacts;
  /** What the ingest that brought the document is trusted to say. */
  readonly trust: ReadonlySet<Trust>;
}

/** Origins that provenance alone may settle, the strongest first; then also the verdict's reason. */
export const settledOrder = [
  'credential_synthetic',
  'declared_synthetic',
  'source_publishes_synthetic',
  'attested_by_credential',
  'attested_by_source',
  'attested_by_capture',
] as const;

/** An origin settled by provenance. */
export type Settled = (typeof settledOrder)[number];

/** What one probe found; {@link nothing} when nothing. */
export interface Finding {
  /** Weights come from the table in weights.ts, a watermark's from its p-value. */
  readonly evidence: readonly Evidence[];
  /** Set when the finding alone settles the origin, unless another probe found something stronger. */
  readonly settles?: Settled;
}

/** No evidence, which is not evidence of human. */
export const nothing: Finding = { evidence: [] };

/**
 * One kind of provenance evidence. A probe reads raw fields, before anything is folded; equal subjects
 * have equal findings; it never throws for what a document holds, never fetches what a document names,
 * and its work is linear in the text or bounded.
 */
export interface ProvenanceProbe {
  /** Kind and version of the rules, as `watermark/1`. Raised with every change of what it finds. */
  readonly id: string;
  /**
   * Hash of what it was configured with (keys, trust anchors); stands in the verdict's snapshots, so
   * that a verdict is fixed by the bytes and the ids it names. Absent for probes without configuration.
   */
  readonly configuration?: string;
  examine(subject: Subject): Finding | Promise<Finding>;
}
