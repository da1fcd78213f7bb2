import { isPlain } from './text/plain.ts';
import { foldTypography } from './text/typography.ts';
import { tidy } from './text/tidy.ts';

/** Longest canonical text, code units. The model never sees more. */
export const canonicalLengthMax = 2000;

/** Written before the preamble is known to go; what it may take off is bounded by the difference. */
const tidyLengthMax = 2 * canonicalLengthMax;
/** First look at the text, code units; doubled while too little survives, so that the whole is linear. */
const windowMin = 16_384;

/**
 * The form in which text is scored (never stored): invisible characters out, NFKC, look-alike letters
 * folded inside mixed-script words, plain quotes and dashes, no markdown, no chat preamble, single
 * spaces, at most {@link canonicalLengthMax} code units. Both classes pass through it alike, so that no
 * typographic accident tells them apart. Idempotent, linear in the length of the text; never throws.
 * Extract evidence (zero-width, tag characters, mixed script) before, for it is gone after.
 */
export function canonicalise(text: string): string {
  const start = cut(text, canonicalLengthMax);
  if (isCanonical(start)) return start;
  let current = firstPass(text);
  // One mark taken out may bare another (a heading behind a preamble), and a letter may meet its
  // accent: a fixed point of the pass is the only form that is idempotent by construction.
  for (let round = 0; round < canonicalLengthMax; round += 1) {
    if (isCanonical(current)) return current;
    const next = finish(tidy(foldTypography(current), tidyLengthMax));
    if (next === current) return current;
    current = next;
  }
  return current;
}

/** Quick and sure, not complete: nothing in the text could change, so the passes may be spared. */
function isCanonical(text: string): boolean {
  return isPlain(text) && preambleEnd(text, 0) === 0;
}

function firstPass(text: string): string {
  for (let window = windowMin; ; window *= 2) {
    const isWhole = window >= text.length;
    const tidied = tidy(foldTypography(isWhole ? text : cut(text, window)), tidyLengthMax);
    if (isWhole || tidied.length >= tidyLengthMax) return finish(tidied);
  }
}

function finish(tidied: string): string {
  return cut(afterPreambles(tidied), canonicalLengthMax).trimEnd();
}

/** Cuts without parting a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

const subject =
  '(?:version|text|story|review|sentence|summary|attempt|prompt|essay|passage|abstract|draft|response|' +
  'paragraph|article|poem|email|letter|translation|rewrite|rewording|revision|example|description)';
const change =
  '(?:concise|enhanced|improved|revised|rewritten|rephrased|reworded|paraphrased|restated|polished)';

/** Openings of a chat answer that introduce the text instead of being it; sticky, bounded in length. */
const preambles: readonly RegExp[] = [
  /(?:sure|certainly|of course|absolutely|okay|great)(?: thing)?[!,.] (?=here|below)/iy,
  /(?:sure|certainly|of course)(?: thing)?! /iy,
  new RegExp(`(?:here(?: is|'s| are)|below is) [^:]{0,160}\\b${subject}s?\\b[^:]{0,160}: `, 'iy'),
  new RegExp(`(?:an? |the )?${change} ${subject}: `, 'iy'),
];

function afterPreambles(text: string): string {
  let at = 0;
  while (at < text.length) {
    const end = preambleEnd(text, at);
    if (end === at) break;
    at = end;
  }
  return at === 0 ? text : text.slice(at);
}

/** Whether a raw text opens as chat answers do that introduce the text instead of being it. Bounded work. */
export function opensWithPreamble(text: string): boolean {
  return preambleEnd(text.slice(0, 1_024).trimStart().replaceAll(/\s+/g, ' '), 0) > 0;
}

function preambleEnd(text: string, at: number): number {
  for (const preamble of preambles) {
    preamble.lastIndex = at;
    if (preamble.test(text)) return preamble.lastIndex;
  }
  return at;
}
