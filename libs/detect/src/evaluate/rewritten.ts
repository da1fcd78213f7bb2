import type { DetectReport, LabelledDocument } from './report.ts';

/** Shares above the frozen thresholds. */
export interface Found {
  readonly at1: number;
  readonly at5: number;
}

/** What one way of rewriting does to documents of one label at the frozen thresholds. */
export interface RewrittenRates {
  readonly attack: string;
  readonly label: 'human' | 'synthetic';
  /** Rewritten documents, and those among them whose original is there and was judged. */
  readonly documents: number;
  readonly pairs: number;
  /** Share found of the originals of the pairs; undefined without pairs. */
  readonly original: Found | undefined;
  /** Share found of the rewritten documents of the pairs; without pairs of all. */
  readonly rewritten: Found;
  /** What rewriting took off the share found at the 1 % threshold, with its 95 % interval over pairs. */
  readonly loss: { readonly value: number; readonly low: number; readonly high: number } | undefined;
}

/**
 * Compares documents that others have rewritten with what they were made from. A rewritten document that can
 * no longer be judged is not found.
 */
export function rewrittenRates(
  rewritten: readonly LabelledDocument[],
  judged: readonly (LabelledDocument & { readonly llr: number })[],
  thresholds: DetectReport['thresholds'],
): readonly RewrittenRates[] {
  const llrOf = new Map(judged.map((one) => [keyOf(one), one.llr]));
  const originals = new Map(
    judged.flatMap(({ id, llr, rewritten: isRewritten }) =>
      id === undefined || isRewritten !== undefined ? [] : [[id, llr] as const],
    ),
  );
  const groups = Map.groupBy(rewritten, (one) => JSON.stringify([one.rewritten?.attack, one.isSynthetic]));
  return [...groups.values()]
    .map((documents): RewrittenRates => {
      const scored = documents.map((one) => ({
        after: llrOf.get(keyOf(one)) ?? Number.NEGATIVE_INFINITY,
        before: one.rewritten?.of === undefined ? undefined : originals.get(one.rewritten.of),
      }));
      const pairs = scored.flatMap(({ before, after }) => (before === undefined ? [] : [{ before, after }]));
      const counted = pairs.length === 0 ? scored : pairs;
      const [first] = documents;
      return {
        attack: first?.rewritten?.attack ?? '',
        label: first?.isSynthetic === true ? 'synthetic' : 'human',
        documents: documents.length,
        pairs: pairs.length,
        original:
          pairs.length === 0
            ? undefined
            : found(
                pairs.map(({ before }) => before),
                thresholds,
              ),
        rewritten: found(
          counted.map(({ after }) => after),
          thresholds,
        ),
        loss:
          pairs.length === 0
            ? undefined
            : meanWithInterval(
                pairs.map(
                  ({ before, after }) => Number(before > thresholds.at1) - Number(after > thresholds.at1),
                ),
              ),
      };
    })
    .toSorted((a, b) => b.documents - a.documents || (a.attack < b.attack ? -1 : 1));
}

/** The object itself is no key once it was copied with its score; its text and what it was made from are. */
function keyOf({ text, rewritten }: LabelledDocument): string {
  return JSON.stringify([rewritten?.attack, rewritten?.of, text]);
}

function found(scores: readonly number[], { at1, at5 }: DetectReport['thresholds']): Found {
  const above = (threshold: number): number =>
    scores.filter((score) => score > threshold).length / scores.length;
  return { at1: above(at1), at5: above(at5) };
}

/** Normal interval of a mean of independent values. */
function meanWithInterval(values: readonly number[]): NonNullable<RewrittenRates['loss']> {
  const value = values.reduce((sum, one) => sum + one, 0) / values.length;
  const square = values.reduce((sum, one) => sum + (one - value) ** 2, 0);
  const half = (1.96 * Math.sqrt(square / Math.max(1, values.length - 1))) / Math.sqrt(values.length);
  return { value, low: value - half, high: value + half };
}
