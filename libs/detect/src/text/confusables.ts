import { lookAlikesOf } from './confusables-table.ts';

/**
 * Look-alikes that Unicode's table does not bring to one letter and homoglyph attacks use all the same, by
 * Latin letter: Cyrillic pe and em, Komi de; Greek epsilon, chi, omega; Armenian; Coptic capitals.
 */
const beyondTheStandard: { readonly [latin: string]: string } = {
  A: '\u2c80',
  D: '\u0500',
  E: '\u2c88',
  L: '\u053c',
  e: '\u03b5',
  l: '\u056c',
  m: '\u043c',
  n: '\u043f',
  s: '\u057f',
  w: '\u03c9',
  x: '\u03c7',
};

const latinFor: ReadonlyMap<string, string> = new Map(
  [lookAlikesOf, beyondTheStandard].flatMap((table) =>
    Object.entries(table).flatMap(([latin, alike]) =>
      Array.from(alike, (letter) => [letter, latin] as const),
    ),
  ),
);

const anyLookAlike = new RegExp(`[${[...latinFor.keys()].join('')}]`, 'u');
const lostInNfkc = new RegExp(
  `[${[...latinFor.keys()].filter((letter) => letter.normalize('NFKC') !== letter).join('')}]`,
  'u',
);

/** The estimated sign is a symbol, drawn as a letter. */
const word = /[\p{L}\p{M}\p{N}_\u212e]+/gu;
const asciiWord = /^\w+$/;
const asciiLetter = /[A-Za-z]/;
const latinWord = /^[\p{Script=Latin}\p{M}\p{N}_]+$/u;
const marks = /\p{M}+/gu;

/**
 * True for text in which NFKC would turn a look-alike into something that is none (lunate sigma into
 * sigma): such text has to be folded before it as well.
 */
export function hasLookAlikeLostInNfkc(text: string): boolean {
  return lostInNfkc.test(text);
}

/**
 * Undoes words written with look-alike letters of other scripts (Unicode Technical Standard 39). A word
 * is in disguise if it has an ASCII letter and a look-alike, and all of it is Latin once folded: a word
 * with one letter that looks like no Latin one is of its own script, and stays.
 *
 * Words of nothing but look-alikes could be real Cyrillic or Greek (`сосна`), so they stay too, unless the
 * words in disguise outnumber all words of other scripts: then they are the same hand's work.
 * Linear; text without a word in disguise comes back as it is.
 */
export function foldConfusables(text: string): string {
  if (!anyLookAlike.test(text.normalize('NFD'))) return text;
  const counts = { disguised: 0, wholly: 0, foreign: 0 };
  const folded = foldWords(text, 'disguised', (kind) => (counts[kind] += 1));
  if (counts.wholly === 0 || counts.disguised <= counts.wholly + counts.foreign) return folded;
  return foldWords(folded, 'wholly', () => {});
}

/** Folds the words of one kind; `onWord` is told the kind of every word that is not Latin letters alone. */
function foldWords(text: string, folded: WordKind, onWord: (kind: WordKind) => void): string {
  return text.replace(word, (found) => {
    if (asciiWord.test(found)) return found;
    const { kind, latin } = lookAt(found);
    if (kind !== undefined) onWord(kind);
    return kind === folded ? latin : found;
  });
}

type WordKind = 'disguised' | 'wholly' | 'foreign';

interface Look {
  /** Absent for words of Latin letters alone. */
  readonly kind?: WordKind;
  readonly latin: string;
}

function lookAt(found: string): Look {
  const isLatin = latinWord.test(found);
  // Letters under an accent are look-alikes too: they are parted from it, and joined again.
  const parted = found.normalize('NFD');
  if (!anyLookAlike.test(parted)) return isLatin ? { latin: found } : { kind: 'foreign', latin: found };
  let latin = '';
  for (const letter of parted) latin += latinFor.get(letter) ?? letter;
  // Phonetic letters are Latin already: they are a disguise only where all becomes ASCII.
  if (isLatin && !asciiWord.test(latin.replace(marks, ''))) return { latin: found };
  if (!latinWord.test(latin)) return { kind: 'foreign', latin: found };
  return { kind: asciiLetter.test(parted) ? 'disguised' : 'wholly', latin: latin.normalize('NFC') };
}
