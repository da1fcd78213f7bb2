import { forEachRange } from './ranges.ts';
import type { RangeTable } from './ranges.ts';
import {
  iconSymbols,
  listedPunctuation,
  lowerLetters,
  pythonDigits,
  pythonLetters,
  pythonWordCharacters,
  sentencePunctuation,
  terminalPunctuation,
  unicodePunctuation,
  upperLetters,
  whiteSpace,
  wordLetters,
} from './tables/characters.ts';

/** Bits of {@link characterClasses}. */
export const classes = {
  /**
   * One of the 29 that Python calls white space (`isspace`, `strip`, `split`, `\s`). JavaScript's `\s`
   * has U+FEFF and lacks U+001C to U+001F and U+0085.
   */
  space: 1,
  /** One of the ten separators of Python's `str.splitlines`. */
  lineEnd: 2,
  /** Python's `isalpha`. */
  letter: 4,
  /** One of the 281 characters that do not make a token a word (datatrove 0.10). */
  punctuation: 8,
  /** One of the 159 marks that end a line. */
  terminal: 16,
  /** One of the 128 marks that end a sentence. */
  sentenceEnd: 32,
  /** General category P. */
  categoryP: 64,
  /** Tokenizer: a letter of any case. */
  alpha: 128,
  /** Tokenizer: lower-case or caseless. */
  lower: 256,
  /** Tokenizer: upper-case or caseless. */
  upper: 512,
  /** Tokenizer: a symbol that is a token of its own. */
  icon: 1024,
  /** Python's `\d`: a decimal digit of any script. */
  digit: 2048,
  /** Python's `\w` beyond the letters. */
  wordCharacter: 4096,
} as const;

/** Bits of {@link classes} by code point: 0x110000 entries, 2 MiB, so that a look-up is one load. */
export const characterClasses: Uint16Array = buildClasses();

function buildClasses(): Uint16Array {
  const table = new Uint16Array(0x110000);
  const mark = (ranges: RangeTable, bit: number): void => {
    forEachRange(ranges, (first, last) => {
      for (let code = first; code <= last; code += 1) table[code] = (table[code] ?? 0) | bit;
    });
  };
  mark(whiteSpace, classes.space);
  for (const code of [0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029]) {
    table[code] = (table[code] ?? 0) | classes.lineEnd;
  }
  mark(pythonLetters, classes.letter);
  mark(listedPunctuation, classes.punctuation);
  mark(terminalPunctuation, classes.punctuation | classes.terminal);
  mark(sentencePunctuation, classes.sentenceEnd);
  mark(unicodePunctuation, classes.categoryP);
  mark(wordLetters, classes.alpha);
  mark(lowerLetters, classes.lower);
  mark(upperLetters, classes.upper);
  mark(iconSymbols, classes.icon);
  mark(pythonDigits, classes.digit);
  mark(pythonWordCharacters, classes.wordCharacter);
  return table;
}
