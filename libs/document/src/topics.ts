import { z } from 'zod';
import type { Pool } from './origin.ts';

/**
 * The mixer's lanes in the order it serves them, each a topic `documents.<lane>`.
 * The bands are named by the upper edge of p(synthetic) in per cent.
 */
export const lanes = ['human', 'p30', 'p50', 'p70', 'p90', 'synthetic', 'checked'] as const;

/** One of the mixer's lanes. */
export type Lane = (typeof lanes)[number];

/** The topics of what is refused: each document there ends in `refused/`. */
export const refusals = ['rejected', 'deferred', 'dead'] as const;

/** One of the three ways out that are not kept. */
export type Refusal = (typeof refusals)[number];

/**
 * Band of p(synthetic), named by its upper edge in per cent; `p10` is the human band,
 * `p100` what reaches the upper threshold.
 */
export const bandSchema = z.enum(['p10', 'p30', 'p50', 'p70', 'p90', 'p100']);

/** One of the six bands. */
export type Band = z.infer<typeof bandSchema>;

/** The bands in ascending order with the upper edge each is named by (exclusive). */
export const bandEdges: readonly (readonly [band: Band, edge: number])[] = [
  ['p10', 0.1],
  ['p30', 0.3],
  ['p50', 0.5],
  ['p70', 0.7],
  ['p90', 0.9],
  ['p100', Number.POSITIVE_INFINITY],
];

/** The band that `p` (0 to 1) falls into; an edge belongs to the band above it. */
export function bandOf(p: number): Band {
  for (const [band, edge] of bandEdges) if (p < edge) return band;
  return 'p100';
}

/** Ingested documents; file inputs are topics of their own, `documents.raw.<hash>`. */
export const rawTopic = 'documents.raw';
/** The detector's one output. */
export const detectedTopic = 'documents.detected';
/** The verifier's one output. */
export const verifiedTopic = 'documents.verified';
/** Announces each table commit. */
export const committedTopic = 'shards.committed';

/** The topic of a lane or of a refusal. */
export function topicOf(lane: Lane | Refusal): LaneTopic | RefusalTopic {
  return `documents.${lane}`;
}

/** The topic of a lane. */
export type LaneTopic = `documents.${Lane}`;
/** The topic of a refusal. */
export type RefusalTopic = `documents.${Refusal}`;

/** True for `documents.raw` and for the topics of file inputs. */
export function isIngestTopic(topic: string): boolean {
  return topic === rawTopic || topic.startsWith(`${rawTopic}.`);
}

/** The lane a kept document of this pool and band waits in, when its ground truth did not check out. */
export function laneOfPool(pool: Pool, band: Band): Lane {
  if (pool === 'anchor' || pool === 'presumed') return 'human';
  if (pool === 'synthetic' || band === 'p100') return 'synthetic';
  return band === 'p10' ? 'p30' : band;
}
