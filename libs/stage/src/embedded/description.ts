import type { Trust } from '@ballast/document';

/** What is known of a topic beside its messages. */
export interface TopicDescription {
  /** `file`: rows of an input; `stream`: rows of standard input; `own`: written by a stage. */
  readonly kind: 'file' | 'stream' | 'own';
  /** Real path of the input. */
  readonly path?: string;
  /** What the ingest may be trusted to say. */
  readonly trusted: readonly Trust[];
  /** Counts how often the input turned out to have another beginning (protocol P25). */
  readonly epoch?: number;
}
