import { eld } from 'eld/extrasmall';

/** What a text is written in, as far as can be told. */
export interface Language {
  /** ISO 639-1. */
  readonly label: string;
  /** Share of the letters looked at that stand in stretches of this language, above 0 up to 1. */
  readonly score: number;
}

/** Code units of a stretch, about: some 25 words, of which the identifier misnames one in thousands. */
export const stretchLength = 150;

/** Fewer letters than this name no language. */
const lettersMin = 20;
/**
 * A stretch of Latin letters with this share of English stop words is English, and nobody is asked: one in
 * thirty stretches of English has fewer. In sentences of 65 other languages the most was 0.064.
 */
const clearlyEnglish = { stopWords: 0.14, latin: 0.95 } as const;

/** What was counted in one stretch of canonical text. */
export interface Stretch {
  readonly text: string;
  readonly words: number;
  readonly stopWords: number;
  readonly letters: number;
  readonly latin: number;
}

/**
 * The language that most letters of the stretches are in; undefined where there are too few letters to
 * tell. Most English is known by its stop words; the rest is asked of the identifier (60 languages; a text
 * in another one is given to a neighbour, often to several, which shows as a low score).
 */
export function languageOf(stretches: readonly Stretch[]): Language | undefined {
  const letters = new Map<string, number>();
  let all = 0;
  for (const stretch of stretches) {
    if (stretch.letters < lettersMin) continue;
    const label = nameOf(stretch);
    all += stretch.letters;
    if (label !== '') letters.set(label, (letters.get(label) ?? 0) + stretch.letters);
  }
  const [first] = [...letters].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return first === undefined ? undefined : { label: first[0], score: first[1] / all };
}

function nameOf({ text, words, stopWords, letters, latin }: Stretch): string {
  const isClear =
    stopWords >= clearlyEnglish.stopWords * words && latin >= clearlyEnglish.latin * letters && words > 0;
  return isClear ? 'en' : eld.detect(text).language;
}
