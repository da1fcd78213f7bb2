import type { Example } from './corpus.ts';

/**
 * Weight of a domain by its rows: near to none at all (0), since what holds in many domains holds in the
 * next one, and one domain of 20,000 rows must not speak for all.
 */
const domainPower = 0.35;

/** Generators nobody writes with any more, by the start of their name, and what a row of theirs counts. */
const olderGenerators: readonly { readonly start: string; readonly weight: number }[] = [
  { start: 'flan', weight: 0.3 },
  { start: 'text-davinci', weight: 0.3 },
  { start: 'gpt-3.5', weight: 0.5 },
];

/**
 * What each example weighs in learning, mean 1: for a domain of n rows n^0.35, half to each label; among
 * synthetic rows those of older generators count less. Calibration has weights of its own.
 */
export function learningWeights(examples: readonly Example[]): Float64Array {
  const rows = new Map<string, number>();
  const sums = new Map<string, number>();
  const groupOf = ({ domain, isSynthetic }: Example): string => `${isSynthetic ? 1 : 0}${domain}`;
  for (const example of examples) {
    const group = groupOf(example);
    rows.set(example.domain, (rows.get(example.domain) ?? 0) + 1);
    sums.set(group, (sums.get(group) ?? 0) + ageWeight(example));
  }
  const weights = Float64Array.from(
    examples,
    (example) =>
      ((rows.get(example.domain) ?? 1) ** domainPower * ageWeight(example)) /
      (sums.get(groupOf(example)) ?? 1),
  );
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, weights.length);
  return weights.map((weight) => weight / mean);
}

function ageWeight({ isSynthetic, generator }: Example): number {
  if (!isSynthetic) return 1;
  return olderGenerators.find(({ start }) => generator.startsWith(start))?.weight ?? 1;
}
