import { trimStart, strip, trimEnd } from '../text/lines.ts';
import { countSentences } from '../text/sentences.ts';
import type { Words } from '../text/words.ts';
import type { Findings } from './findings.ts';

/** Bounds and switches of the C4 rules (Raffel et al., JMLR 21/140). */
export interface C4Thresholds {
  /** Leave out lines without an end mark (`.` `?` `!` `"` `'`, and not `...`). */
  readonly endMarks: boolean;
  /** Words between white space that a line needs, counted before citations go; −1 is off. */
  readonly lineWordsMin: number;
  /** Sentences that the lines kept need together; −1 is off. */
  readonly sentencesMin: number;
}

/** What the C4 rules make of a text: what later rules of the chain judge. */
export interface C4View {
  /** The lines kept, stripped, without citations, joined by newlines; the text itself if the page fails. */
  readonly text: string;
  /** Tokens of the view. */
  readonly tokens: number;
  /** Numbers (from 0, Python's splitlines) of the lines kept, if a line with text on it was left out. */
  readonly keptLines?: readonly number[] | undefined;
}

/**
 * The C4 rules as datatrove 0.10 has them, in its order per line; `spare` is written over. Fails are
 * `lorem_ipsum`, `curly_bracket` and `too_few_sentences`; the lines left out are no failure.
 * The page rules are noted as 1 or 0, `too_few_sentences` with the number of sentences.
 */
export function judgeC4(words: Words, spare: Words, thresholds: C4Thresholds, findings: Findings): C4View {
  const page = readLines(words, spare, thresholds);
  findings.note('lorem_ipsum', page.fails === 'lorem_ipsum' ? 1 : 0, page.fails === 'lorem_ipsum');
  findings.note('curly_bracket', page.fails === 'curly_bracket' ? 1 : 0, page.fails === 'curly_bracket');
  const isShort = page.fails === undefined && page.sentences < thresholds.sentencesMin;
  // A page that failed before its last line has no count of sentences.
  if (page.fails === undefined) findings.note('too_few_sentences', page.sentences, isShort);
  if (page.fails !== undefined || isShort) return { text: words.text, tokens: words.count };
  return {
    text: strip(page.lines.join('\n')),
    tokens: page.tokens,
    keptLines: page.leftOut ? page.kept : undefined,
  };
}

interface Page {
  readonly lines: string[];
  readonly kept: number[];
  leftOut: boolean;
  tokens: number;
  sentences: number;
  fails?: 'lorem_ipsum' | 'curly_bracket';
}

function readLines(words: Words, spare: Words, thresholds: C4Thresholds): Page {
  const page: Page = { lines: [], kept: [], leftOut: false, tokens: 0, sentences: 0 };
  const suspicions = suspect(words.text);
  for (let number = 0; number < words.lineCount && page.fails === undefined; number += 1) {
    const start = words.lineStart[number] ?? 0;
    const from = trimStart(words.text, start, words.lineEnd[number] ?? 0);
    const to = trimEnd(words.text, from, words.lineEnd[number] ?? 0);
    const stripped = words.text.slice(from, to);
    const line = suspicions.brackets ? withoutCitations(stripped) : stripped;
    const judgement = judgeLine(words, number, line, thresholds, suspicions, line !== stripped);
    if (judgement === 'lorem_ipsum' || judgement === 'curly_bracket') page.fails = judgement;
    else if (judgement === 'leave_out') page.leftOut ||= to > from;
    else {
      page.lines.push(line);
      page.kept.push(number);
      countLine(words, spare, number, line, line !== stripped, page);
    }
  }
  return page;
}

function judgeLine(
  words: Words,
  number: number,
  line: string,
  thresholds: C4Thresholds,
  suspicions: Suspicions,
  isEdited: boolean,
): 'keep' | 'leave_out' | 'lorem_ipsum' | 'curly_bracket' {
  if (words.lineHasLongWord[number] === 1) return 'leave_out';
  if (thresholds.endMarks && !hasEndMark(line)) return 'leave_out';
  if ((words.lineChunks[number] ?? 0) < thresholds.lineWordsMin) return 'leave_out';
  // An edit may join what the whole text holds apart.
  const isSuspect = suspicions.phrases || isEdited;
  const lower = isSuspect ? line.toLowerCase() : '';
  if (isSuspect && lower.includes('lorem ipsum')) return 'lorem_ipsum';
  if (isSuspect && lower.includes('javascript')) return 'leave_out';
  if (suspicions.braces && line.includes('{')) return 'curly_bracket';
  if (isSuspect && policyPhrases.some((phrase) => lower.includes(phrase))) return 'leave_out';
  return 'keep';
}

/** Adds tokens and sentences of a kept line; an edited line is tokenised by itself. */
function countLine(
  words: Words,
  spare: Words,
  number: number,
  line: string,
  isEdited: boolean,
  page: Page,
): void {
  if (isEdited) {
    spare.read(line);
    page.tokens += spare.count;
    page.sentences += countSentences(spare, 0, spare.count, true);
    return;
  }
  const from = words.lineToken[number] ?? 0;
  const to = number + 1 < words.lineCount ? (words.lineToken[number + 1] ?? 0) : words.count;
  page.tokens += to - from;
  page.sentences += countSentences(words, from, to, false);
}

const policyPhrases = [
  'terms of use',
  'privacy policy',
  'cookie policy',
  'uses cookies',
  'use of cookies',
  'use cookies',
];
const phrases = ['lorem ipsum', 'javascript', ...policyPhrases];

interface Suspicions {
  readonly phrases: boolean;
  readonly braces: boolean;
  readonly brackets: boolean;
}

/** Looks at the whole text once, so that lines of an innocent text are not searched one by one. */
function suspect(text: string): Suspicions {
  const lower = text.toLowerCase();
  return {
    phrases: phrases.some((phrase) => lower.includes(phrase)),
    braces: text.includes('{'),
    brackets: text.includes('['),
  };
}

/** `[12]`, `[]`, `[edit]`, `[citation needed]`; digits of every script, as Python's `\d`. */
function withoutCitations(line: string): string {
  return line.replaceAll(/\[\p{Nd}*\]|\[edit\]|\[citation needed\]/gu, '');
}

function hasEndMark(line: string): boolean {
  const mark = line.at(-1) ?? '';
  return '.?!"\''.includes(mark) && mark !== '' && !line.endsWith('...');
}
