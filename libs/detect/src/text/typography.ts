import { foldConfusables, hasLookAlikeLostInNfkc } from './confusables.ts';

/** What never shows: Unicode's Default_Ignorable_Code_Point, a set closed under NFKC. */
const invisible = /\p{Default_Ignorable_Code_Point}+/gu;

const asciiFor: ReadonlyMap<string, string> = new Map([
  ...['‘', '’', '‚', '‛', '′', '´', 'ʼ', '＇', '‹', '›'].map((mark) => [mark, "'"] as const),
  ...['“', '”', '„', '‟', '″', '«', '»', '＂'].map((mark) => [mark, '"'] as const),
  ...['‐', '‑', '‒', '–', '−', '⁃', '﹣', '－'].map((mark) => [mark, '-'] as const),
  ...['—', '―', '⸺', '⸻'].map((mark) => [mark, ' - '] as const),
  ['…', '...'],
]);

const typographic = /[‘’‚‛′´ʼ＇‹›“”„‟″«»＂‐‑‒–−⁃﹣－—―⸺⸻…]/g;
const noBreakSpace = /[\u00a0\u202f]/g;
// oxlint-disable-next-line no-control-regex -- the question is exactly whether all is ASCII
const ascii = /^[\0-\x7f]*$/;

/**
 * Steps 2 to 5 of the canonical form: invisible characters out, NFKC, look-alikes inside mixed-script
 * words, then quotes, dashes, ellipsis and no-break spaces to ASCII. ASCII text comes back as it is.
 * Invisible characters go first, because NFKC and the script test must see the letters they part.
 */
export function foldTypography(text: string): string {
  if (ascii.test(text)) return text;
  const plain = toAsciiMarks(text);
  // Curly quotes and dashes are all there is in most English text; NFKC would be wasted on it.
  if (ascii.test(plain)) return plain;
  const seen = plain.replace(invisible, '');
  const bare = hasLookAlikeLostInNfkc(seen) ? foldConfusables(seen) : seen;
  return toAsciiMarks(foldConfusables(bare.normalize('NFKC')));
}

function toAsciiMarks(text: string): string {
  return text.replace(typographic, (mark) => asciiFor.get(mark) ?? mark).replace(noBreakSpace, ' ');
}
