/** Classes of UTF-16 code units; lone or paired surrogates count as `other`. */
export const classSpace = 0;
/** Anything that is neither word nor space: one token each. */
const classOther = 1;
/** Lower-case letters, and letters without case. */
export const classLower = 2;
/** Upper-case and title-case letters. */
export const classUpper = 3;
/** Digits and other numbers. */
export const classDigit = 4;
/** Combining marks and the underscore: part of words, without case. */
const classJoin = 5;

/** First class that belongs to words. */
export const firstWordClass = 2;

/**
 * Class of each of the 65,536 code units: the `\w` of Unicode-aware regular expressions, plus combining
 * marks. A table, because a regular expression in the token loop costs several times the loop.
 */
export const classOf: Uint8Array = buildClasses();

/** The UTF-16 code units of a text. */
export function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

function buildClasses(): Uint8Array {
  const table = new Uint8Array(0x10000).fill(classOther);
  for (let unit = 0; unit < 0x10000; unit += 1) table[unit] = classify(String.fromCharCode(unit));
  return table;
}

function classify(unit: string): number {
  if (/[\s\p{Cc}]/u.test(unit)) return classSpace;
  if (/[\p{Lu}\p{Lt}]/u.test(unit)) return classUpper;
  if (/\p{L}/u.test(unit)) return classLower;
  if (/\p{N}/u.test(unit)) return classDigit;
  return /[\p{M}_]/u.test(unit) ? classJoin : classOther;
}
