/** Version of {@link countTokens}; stands in every shard footer. */
export const tokenCounter = 'ballast-tokens-1';

// What a reader cannot see: soft hyphen, zero-width and directional marks, joiners, byte-order mark,
// variation selectors, tag characters. They are taken out of the text column, so they must not count:
// padding with them would enlarge the denominator of every cap.
const invisibleCharacter =
  /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]|[\uFE00-\uFE0F]|[\u{E0100}-\u{E01EF}]/u;
const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;
const spaceCharacter = /\s/u;

type CharacterClass = 'other' | 'word' | 'space' | 'invisible';

// Hot loop: classes of the Latin range by table, the rest by property escape.
const latin: readonly CharacterClass[] = Array.from({ length: 0x250 }, (_, code) =>
  classOfCharacter(String.fromCharCode(code)),
);

/** True when a reader would see something: a character that is neither white space nor invisible. */
export function hasVisibleText(text: string): boolean {
  for (const character of text) {
    const kind = classOfCharacter(character);
    if (kind === 'word' || kind === 'other') return true;
  }
  return false;
}

/**
 * Tokens of a text: one per run of letters, digits, marks and underscores, one per other visible
 * character that is not white space. Invisible characters count for nothing and break no word. The
 * unit of every cap, share and census.
 */
export function countTokens(text: string): number {
  let tokens = 0;
  let inWord = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const isPair = code >= 0xd800 && code <= 0xdbff;
    const kind = latin[code] ?? classOfCharacter(isPair ? text.slice(index, index + 2) : text.charAt(index));
    if (kind === 'word') {
      if (!inWord) tokens += 1;
      inWord = true;
    } else if (kind !== 'invisible') {
      if (kind === 'other') tokens += 1;
      inWord = false;
    }
    if (isPair) index += 1;
  }
  return tokens;
}

function classOfCharacter(character: string): CharacterClass {
  if (invisibleCharacter.test(character)) return 'invisible';
  if (wordCharacter.test(character)) return 'word';
  return spaceCharacter.test(character) ? 'space' : 'other';
}
