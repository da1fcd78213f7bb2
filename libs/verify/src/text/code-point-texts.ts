const surroundings: readonly ((character: string) => string)[] = [
  (c) => `${c} a${c}a 1${c}1 (${c}) ${c}. X${c}Y`,
  (c) => `a${c} ${c}a a.${c} ${c}.A ${c}${c} a.${c}${c} 9${c} B,${c} http${c}://a.bc ${c}.com ${c}s`,
];

/**
 * Every code point but surrogates in 17 surroundings, one text per 128 of them and surrounding; of the
 * private and unassigned planes one block in sixteen. What tokenizers are held against.
 */
export function* codePointTexts(): Generator<string> {
  for (let first = 0; first < 0x110000; first += 128) {
    const isSurrogate = first >= 0xd800 && first < 0xe000;
    const isSparse = first >= 0x32000 && !(first >= 0xe0000 && first < 0xe0200) && first % 0x800 !== 0;
    if (isSurrogate || isSparse) continue;
    for (const surround of surroundings)
      yield Array.from({ length: 128 }, (_, index) => surround(String.fromCodePoint(first + index))).join(
        '\n',
      );
  }
}
