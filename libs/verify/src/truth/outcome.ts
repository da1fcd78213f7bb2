import type { CheckOutcome } from '@ballast/document';

/** What a check came to, before anyone asks whether the ingest vouches for it. */
export type Truth = Omit<CheckOutcome, 'trusted' | 'kind'>;

/** The outcome `unknown`, which never counts as verified, with its reason. */
export function unknown(detail: string): Truth {
  return { outcome: 'unknown', detail };
}
