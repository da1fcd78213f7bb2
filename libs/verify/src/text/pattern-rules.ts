import { readSpecialCases } from './special-cases.ts';
import type { SplitRules } from './split-rules.ts';

/** Patterns of one language as spaCy has them, rewritten for JavaScript's `u` flag. */
export interface Patterns {
  readonly prefix: string;
  readonly suffix: string;
  readonly infix: string;
}

/**
 * UTF-16 units behind a word in which its suffix is looked for. Every suffix but a run of full stops is
 * shorter, look-behind included, so that a long word is not searched from its start for each mark.
 */
const window = 32;

/**
 * Longest word in UTF-16 units that the pattern of whole words is asked about: it may read a word to its
 * end at every mark that is taken off, which must not grow with the square of the length.
 */
const wholeMax = 256;

/** Rules of a language from its patterns: slower than {@link english}, the same meaning. */
export function patternRules(
  patterns: Patterns,
  specialCases: readonly string[],
  whole?: string,
): SplitRules {
  const wholeWord = whole === undefined ? undefined : new RegExp(whole, 'iu');
  const prefix = new RegExp(patterns.prefix, 'u');
  const suffix = new RegExp(patterns.suffix, 'u');
  const infix = new RegExp(patterns.infix, 'gu');
  return {
    specialCases: readSpecialCases(specialCases),
    ...(wholeWord === undefined
      ? {}
      : {
          isWhole: (text, from, to) => to - from <= wholeMax && wholeWord.test(text.slice(from, to)),
        }),
    prefixLength: (text, from, to) =>
      prefix.exec(text.slice(from, Math.min(to, from + window)))?.[0].length ?? 0,
    suffixLength: (text, from, to) => {
      const dots = dotsBefore(text, from, to);
      if (dots >= 2) return dots;
      return suffix.exec(text.slice(startOfWindow(text, from, to), to))?.[0].length ?? 0;
    },
    findInfixes: (text, from, to, cuts) => {
      for (const { 0: mark, index } of text.slice(from, to).matchAll(infix)) {
        if (index > 0) cuts.push(from + index, from + index + mark.length);
      }
    },
  };
}

function dotsBefore(text: string, from: number, to: number): number {
  let start = to;
  while (start > from && text.charCodeAt(start - 1) === 0x2e) start -= 1;
  return to - start;
}

/** Never between the halves of a surrogate pair. */
function startOfWindow(text: string, from: number, to: number): number {
  const start = Math.max(from, to - window);
  const unit = text.charCodeAt(start);
  return start > from && unit >= 0xdc00 && unit <= 0xdfff ? start + 1 : start;
}
