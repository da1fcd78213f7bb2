import { characterClasses, classes } from '../text/characters.ts';
import { trimStart, strip, trimEnd } from '../text/lines.ts';
import { countSentences } from '../text/sentences.ts';
import type { Words } from '../text/words.ts';
import type { Findings } from './findings.ts';

/** Bounds and switches of the C4 rules (Raffel et al., JMLR 21/140). */
export interface C4Thresholds {
  /** Leave out lines that end in none of these, or in `...`; no marks switch the rule off. */
  readonly endMarks: string;
  /** Words between white space that a line needs. */
  readonly lineWordsMin: number;
  /** Whether these are counted before citations go (datatrove) or after (TensorFlow Datasets). */
  readonly countsCitations: boolean;
  /** Sentences that the lines kept need together. */
  readonly sentencesMin: number;
}

/** What the C4 rules make of a text: what later rules of the chain judge. */
export interface C4View {
  /** The lines kept, stripped, without citations, joined by newlines; the text itself if the page fails. */
  readonly text: string;
  /** Tokens of the view. */
  readonly tokens: number;
  /** The lines kept, if a line with text on it was left out. */
  readonly keptLines?: LineRanges | undefined;
}

/** Runs of lines by number, from 0, by Python's splitlines; `to` is the first line not in the run. */
export type LineRanges = readonly (readonly [from: number, to: number])[];

/** Why a line is left out, by datatrove's names. */
const lineRules = ['too_long_word', 'no_terminal_punc', 'too_few_words', 'javascript', 'policy'] as const;
type LineRule = (typeof lineRules)[number];
type PageRule = 'lorem_ipsum' | 'curly_bracket';

/**
 * The C4 rules in the order of datatrove 0.10 and TensorFlow Datasets per line; `spare` is written over.
 * Fails are `lorem_ipsum`, `curly_bracket` and `too_few_sentences`; the lines left out are no failure and
 * are counted by rule. The page rules are noted as 1 or 0, `too_few_sentences` as the number of sentences.
 */
export function judgeC4(words: Words, spare: Words, thresholds: C4Thresholds, findings: Findings): C4View {
  const page = readLines(words, spare, thresholds);
  for (const rule of lineRules) {
    const count = page.leftOut[rule];
    if (count > 0) findings.note(rule, count, false);
  }
  findings.note('lorem_ipsum', page.fails === 'lorem_ipsum' ? 1 : 0, page.fails === 'lorem_ipsum');
  findings.note('curly_bracket', page.fails === 'curly_bracket' ? 1 : 0, page.fails === 'curly_bracket');
  const isShort = page.fails === undefined && page.sentences < thresholds.sentencesMin;
  // A page that failed before its last line has no count of sentences.
  if (page.fails === undefined) findings.note('too_few_sentences', page.sentences, isShort);
  if (page.fails !== undefined || isShort) return { text: words.text, tokens: words.count };
  return {
    text: strip(page.lines.join('\n')),
    tokens: page.tokens,
    keptLines: page.leftOutText ? rangesOf(page.kept) : undefined,
  };
}

interface Page {
  readonly lines: string[];
  readonly kept: number[];
  readonly leftOut: { [rule in LineRule]: number };
  leftOutText: boolean;
  tokens: number;
  sentences: number;
  fails?: PageRule;
}

function readLines(words: Words, spare: Words, thresholds: C4Thresholds): Page {
  const leftOut = { too_long_word: 0, no_terminal_punc: 0, too_few_words: 0, javascript: 0, policy: 0 };
  const page: Page = { lines: [], kept: [], leftOut, leftOutText: false, tokens: 0, sentences: 0 };
  const suspicions = suspect(words.text);
  for (let number = 0; number < words.lineCount && page.fails === undefined; number += 1) {
    const start = words.lineStart[number] ?? 0;
    const from = trimStart(words.text, start, words.lineEnd[number] ?? 0);
    const to = trimEnd(words.text, from, words.lineEnd[number] ?? 0);
    const stripped = words.text.slice(from, to);
    const line = suspicions.brackets && stripped.includes('[') ? withoutCitations(stripped) : stripped;
    const judgement = judgeLine(words, number, line, thresholds, suspicions, line !== stripped);
    if (judgement === 'lorem_ipsum' || judgement === 'curly_bracket') page.fails = judgement;
    else if (judgement === 'keep') {
      page.lines.push(line);
      page.kept.push(number);
      countLine(words, spare, number, line, line !== stripped, page);
    } else {
      page.leftOut[judgement] += 1;
      page.leftOutText ||= to > from;
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
): 'keep' | LineRule | PageRule {
  const { endMarks, lineWordsMin, countsCitations } = thresholds;
  if (words.lineHasLongWord[number] === 1) return 'too_long_word';
  if (endMarks !== '' && !endsInOneOf(line, endMarks)) return 'no_terminal_punc';
  const before = words.lineChunks[number] ?? 0;
  const count = isEdited && !countsCitations && before >= lineWordsMin ? countChunks(line) : before;
  if (count < lineWordsMin) return 'too_few_words';
  // An edit may join what the whole text holds apart.
  const isSuspect = suspicions.phrases || isEdited;
  const lower = isSuspect ? line.toLowerCase() : '';
  if (isSuspect && lower.includes('lorem ipsum')) return 'lorem_ipsum';
  if (isSuspect && lower.includes('javascript')) return 'javascript';
  if (suspicions.braces && line.includes('{')) return 'curly_bracket';
  if (isSuspect && policyPhrases.some((phrase) => lower.includes(phrase))) return 'policy';
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
/** Every phrase that is looked for holds one of these, which begin with rare letters: they are soon ruled out. */
const hints = ['kie', 'vacy p', 'f use', 'psum', 'javascript'];

interface Suspicions {
  readonly phrases: boolean;
  readonly braces: boolean;
  readonly brackets: boolean;
}

/** Looks at the whole text once, so that lines of an innocent text are not searched one by one. */
function suspect(text: string): Suspicions {
  const lower = text.toLowerCase();
  return {
    phrases: hints.some((hint) => lower.includes(hint)),
    braces: text.includes('{'),
    brackets: text.includes('['),
  };
}

/** Takes out `[12]`, `[]`, `[edit]`, `[citation needed]`; digits of every script that Python's `\d` knows. */
function withoutCitations(line: string): string {
  return line.replaceAll(/\[(\p{Nd}*)\]|\[edit\]|\[citation needed\]/gu, (citation, digits?: string) =>
    Array.from(digits ?? '').every(isDigit) ? '' : citation,
  );
}

function isDigit(character: string): boolean {
  return ((characterClasses[character.codePointAt(0) ?? 0] ?? 0) & classes.digit) !== 0;
}

/** Words between white space. */
function countChunks(line: string): number {
  let count = 0;
  for (let index = 0, inWord = false; index < line.length; index += 1) {
    const isSpace = ((characterClasses[line.charCodeAt(index)] ?? 0) & classes.space) !== 0;
    if (!isSpace && !inWord) count += 1;
    inWord = !isSpace;
  }
  return count;
}

function endsInOneOf(line: string, endMarks: string): boolean {
  return line !== '' && endMarks.includes(line.charAt(line.length - 1)) && !line.endsWith('...');
}

function rangesOf(lines: readonly number[]): LineRanges {
  const ranges: [from: number, to: number][] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last?.[1] === line) last[1] = line + 1;
    else ranges.push([line, line + 1]);
  }
  return ranges;
}
