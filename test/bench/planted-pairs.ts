import { bandNames, Shingles } from '@ballast/verify/measure';

/** Shingles that two texts have in common, of so many each: their Jaccard similarity is shared / (2 each − shared). */
const planted = { 0.8: { shared: 200, each: 225 }, 0.9: { shared: 180, each: 190 } } as const;

/**
 * The share of planted pairs of a Jaccard similarity that share a band, and what is expected of 14 bands of 8
 * minima, 1 − (1 − J⁸)¹⁴ (datatrove 0.10.1). Each pair: two texts of distinct words that begin alike.
 */
export function foundShare(
  pairs: number,
  jaccard: keyof typeof planted,
): { readonly found: number; readonly expected: number } {
  const { shared, each } = planted[jaccard];
  const shingles = new Shingles();
  let found = 0;
  for (let pair = 0; pair < pairs; pair += 1) {
    const words = (kind: string, count: number): string[] =>
      Array.from({ length: count }, (_, word) => `${kind}${letters(pair)}z${letters(word)}`);
    const common = words('c', shared + 4);
    const [left = [], right = []] = ['a', 'b'].map((side) => {
      shingles.read([...common, ...words(side, each - shared)].join(' '));
      const signature = shingles.signature('xxh64');
      return signature === undefined ? [] : bandNames(signature, 'xxh64');
    });
    if (left.some((name, band) => name === right[band])) found += 1;
  }
  return { found: found / pairs, expected: 1 - (1 - jaccard ** 8) ** 14 };
}

/** A number in letters, for digits all become 0. */
function letters(value: number): string {
  return Array.from(value.toString(26), (digit) =>
    String.fromCodePoint(97 + Number.parseInt(digit, 26)),
  ).join('');
}
