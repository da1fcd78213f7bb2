import type { Json } from '@ballast/stage';

/** Everything one commit of the mixer accounts for beside its rows. Offsets are decimal strings. */
export interface Consumed {
  /** What was read per lane `topic/partition`: first and last offset, both inclusive, no gap to the commit before. */
  readonly offsets: { readonly [lane: string]: { readonly from: string; readonly to: string } };
  /** High-water marks of every lane partition, per ingest `topic/partition`, after this commit (protocol P3). */
  readonly marks: { readonly [lane: string]: { readonly [ingest: string]: string } };
  /** What the shard holds, in the terms of the bound; `flow.waiting` tells the audit what is still in the lanes. */
  readonly ledger: Json;
}
