import type { Example } from './corpus.ts';

/** Tokens the delexicalised head keeps, at most. */
const keptMax = 400;

/** Domains with fewer examples say little about how widespread a token is. */
const domainExamplesMin = 50;

const token = /[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu;

/**
 * The tokens that occur in every domain, those with the greatest document share in their poorest domain
 * first: function words and marks, whatever a text is about. Labels are not looked at.
 */
export function widespreadTokens(
  examples: readonly Example[],
  onRow: () => void = () => {},
): readonly string[] {
  const sizes = new Map<string, number>();
  for (const { domain } of examples) sizes.set(domain, (sizes.get(domain) ?? 0) + 1);
  const domains = [...sizes].filter(([, size], _, all) => size >= domainExamplesMin || all.length === 1);
  const index = new Map(domains.map(([domain], i) => [domain, i]));
  const counts = new Map<string, Uint32Array>();
  for (const { text, domain } of examples) {
    onRow();
    const at = index.get(domain);
    if (at !== undefined) countTokens(text, at, domains.length, counts);
  }
  const shares = [...counts].map(([found, count]): readonly [string, number] => [
    found,
    Math.min(...domains.map(([, size], i) => (count[i] ?? 0) / size)),
  ]);
  return shares
    .filter(([, share]) => share > 0)
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, keptMax)
    .map(([found]) => found);
}

function countTokens(text: string, at: number, width: number, counts: Map<string, Uint32Array>): void {
  for (const found of new Set(text.match(token) ?? [])) {
    let count = counts.get(found);
    if (count === undefined) counts.set(found, (count = new Uint32Array(width)));
    count[at] = (count[at] ?? 0) + 1;
  }
}
