/**
 * Marks with 1 each capital sigma that lower case turns into the final form: behind a cased letter and
 * before none, case-ignorable characters not counting (Unicode 3.13, SpecialCasing Final_Sigma; CPython
 * `handle_capital_sigma`). Characters that `isKnown` denies are neither cased nor ignorable. Two passes,
 * so that time stays linear however many marks stand between.
 */
export function finalSigmas(text: string, isKnown: (character: string) => boolean): Uint8Array {
  const marks = new Uint8Array(text.length);
  let isBehindCased = false;
  let index = 0;
  for (const character of text) {
    if (character === 'Σ' && isBehindCased) marks[index] = 1;
    isBehindCased = casedAfter(character, isBehindCased, isKnown);
    index += character.length;
  }
  let isBeforeCased = false;
  while (index > 0) {
    const low = text.charCodeAt(index - 1);
    const isPair = (low & 0xfc00) === 0xdc00 && index > 1 && (text.charCodeAt(index - 2) & 0xfc00) === 0xd800;
    const character = text.slice(index - (isPair ? 2 : 1), index);
    index -= character.length;
    if (isBeforeCased) marks[index] = 0;
    isBeforeCased = casedAfter(character, isBeforeCased, isKnown);
  }
  return marks;
}

function casedAfter(character: string, before: boolean, isKnown: (character: string) => boolean): boolean {
  if (!isKnown(character)) return false;
  if (character === ignorableIn14 || /\p{Case_Ignorable}/u.test(character)) return before;
  return character === casedIn14 || /\p{Cased}/u.test(character);
}

// The only two characters whose properties changed between Unicode 14.0 and 16.0: U+0295 lost its case,
// U+1171E left category Mn.
const casedIn14 = '\u0295';
const ignorableIn14 = '\u{1171e}';
