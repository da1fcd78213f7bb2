/** Words that a tokenizer splits (or leaves whole) by name, each with its tokens, by the word. */
export type SpecialCases = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a generated list (`tables/special-cases.ts`): cases apart by two spaces, tokens by one. spaCy's
 * cases of white space are not in it, because no word holds any.
 */
export function readSpecialCases(table: readonly string[]): SpecialCases {
  const cases = table.flatMap((line) => line.split('  ')).map((tokens) => tokens.split(' '));
  return new Map(cases.map((tokens) => [tokens.join(''), tokens]));
}
