import { createHash } from 'node:crypto';
import { countTokens } from '@ballast/document';
import type { Document, Pipeline } from '@ballast/document';
import { stratumOf } from './stratum.ts';

/** Pseudo-documents per stratum: Jeffreys' Dirichlet prior, so that a stratum of one document has no extreme share. */
export const priorDocuments = 0.5;

/** The strata a stream should come out with. */
export interface Reference {
  /** Content hash; verdicts name it. */
  readonly id: string;
  /** Target share of tokens by stratum; they add up to 1. */
  readonly shares: ReadonlyMap<string, number>;
  /** Mean tokens of a reference document, at least 1. */
  readonly tokensMean: number;
}

/**
 * Target shares of the strata, from trusted human documents: tokens per stratum with a Dirichlet
 * prior of {@link priorDocuments} mean documents, restoring the reference (temperature 1). Undefined
 * without documents: then nothing is repeated.
 */
export function referenceOf(
  documents: readonly Document[] | undefined,
  stratify: Pipeline['oversampler']['stratify'],
): Reference | undefined {
  if (documents === undefined || documents.length === 0) return undefined;
  const tokens = new Map<string, number>();
  let all = 0;
  for (const document of documents) {
    const stratum = stratumOf(document, stratify);
    const count = countTokens(document.text);
    tokens.set(stratum, (tokens.get(stratum) ?? 0) + count);
    all += count;
  }
  const tokensMean = Math.max(1, all / documents.length);
  const prior = priorDocuments * tokensMean;
  const sorted = [...tokens].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const shares = new Map(
    sorted.map(([stratum, count]) => [stratum, (count + prior) / (all + prior * tokens.size)]),
  );
  const id = createHash('sha256')
    .update(JSON.stringify([...shares]))
    .digest('hex')
    .slice(0, 16);
  return { id, shares, tokensMean };
}
