/** Version of {@link countTokens}; stands in every shard footer. */
export const tokenCounter = 'ballast-tokens-1';

// Hot loop: character classes of the Latin range by table, the rest by property escape.
const word = new Uint8Array(0x250);
for (let code = 0; code < word.length; code += 1) {
  if (/[\p{L}\p{N}\p{M}_]/u.test(String.fromCharCode(code))) word[code] = 1;
  else if (/\s/u.test(String.fromCharCode(code))) word[code] = 2;
}
const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;
const spaceCharacter = /\s/u;

/**
 * Tokens of a text: one per run of letters, digits, marks and underscores, one per other
 * character that is not white space. The unit of every cap, share and census.
 */
export function countTokens(text: string): number {
  let tokens = 0;
  let inWord = false;
  for (let index = 0; index < text.length; index += 1) {
    const kind = classOf(text, index);
    if (kind === 1) {
      if (!inWord) tokens += 1;
      inWord = true;
    } else {
      if (kind === 0) tokens += 1;
      inWord = false;
    }
    if (isHighSurrogate(text.charCodeAt(index))) index += 1;
  }
  return tokens;
}

function classOf(text: string, index: number): number {
  const code = text.charCodeAt(index);
  const known = word[code];
  if (known !== undefined) return known;
  const character = isHighSurrogate(code) ? text.slice(index, index + 2) : text.charAt(index);
  if (wordCharacter.test(character)) return 1;
  return spaceCharacter.test(character) ? 2 : 0;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
