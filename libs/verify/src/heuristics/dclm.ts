import { characterClasses, classes } from '../text/characters.ts';
import { codePoints, occurrences, strip } from '../text/lines.ts';
import { gopherStopWords } from '../text/lexicon.ts';
import type { Words } from '../text/words.ts';
import type { Findings } from './findings.ts';
import type { QualityThresholds } from './gopher-quality.ts';
import type { RepetitionThresholds } from './gopher-repetition.ts';

/** Bounds of {@link judgeDclm}: Gopher's, read as DCLM reads them. */
export interface DclmThresholds {
  readonly quality: QualityThresholds;
  readonly repetition: RepetitionThresholds;
}

/**
 * The document rules of DCLM-Baseline (Li et al., arXiv 2406.11794; mlfoundations/dclm,
 * `dclm_baseline_refinedweb.yaml` and `mappers/filters/content_filters.py`), in that order and under
 * datatrove's names. They differ from datatrove's: words are what white space parts, all symbols count
 * together, stop words count by occurrence and in any case, every copy is a duplicate (the first too),
 * shares are of the characters of lines or words alone, and an n-gram that occurs once passes.
 * `words` must have been read with the UAX #29 splitter. Its line editors and URL rules are not here.
 */
export function judgeDclm(words: Words, thresholds: DclmThresholds, findings: Findings): void {
  judgeQuality(words.text, thresholds.quality, findings);
  judgeRepetition(words, thresholds.repetition, findings);
}

function judgeQuality(text: string, bounds: QualityThresholds, findings: Findings): void {
  const chunks = chunksOf(text);
  // fastText's tokenizer, which counts words here, knows seven characters of white space.
  const counted = text.split(/[ \n\r\t\v\f\0]+/u).filter(startsAlphanumeric).length;
  findings.below('gopher_short_doc', counted, 1, bounds.wordsMin);
  findings.above('gopher_long_doc', counted, 1, bounds.wordsMax);
  const characters = chunks.reduce((sum, chunk) => sum + codePoints(chunk), 0);
  findings.below('gopher_below_avg_threshold', characters, chunks.length, bounds.wordLengthMin);
  findings.above('gopher_above_avg_threshold', characters, chunks.length, bounds.wordLengthMax);
  const symbols = ['#', '...', '. . .', '…'].reduce((sum, symbol) => sum + occurrences(text, symbol), 0);
  findings.above('gopher_too_many_symbols', symbols, chunks.length, bounds.symbolsPerToken);
  const lines = partsOf(text, '\n');
  const bullets = lines.filter((line) => /^[●•*-]/u.test(line)).length;
  findings.above('gopher_too_many_bullets', bullets, lines.length, bounds.bulletLines);
  const ellipses = lines.filter((line) => ['...', '. . .', '…'].some((end) => line.endsWith(end))).length;
  findings.above('gopher_too_many_end_ellipsis', ellipses, lines.length, bounds.ellipsisLines);
  findings.below(
    'gopher_below_alpha_threshold',
    chunks.filter(hasLetter).length,
    chunks.length,
    bounds.letterTokensMin,
  );
  const stopWords = chunks.filter((chunk) => chunk.length <= 4 && isStopWord(chunk.toLowerCase())).length;
  findings.below('gopher_enough_stop_words', stopWords, 1, bounds.stopWordsMin);
}

function judgeRepetition(words: Words, bounds: RepetitionThresholds, findings: Findings): void {
  const lines = copiesOf(partsOf(words.text, '\n'));
  const paragraphs = copiesOf(partsOf(words.text, '\n\n'));
  // A single part passes, whatever it holds.
  const share = (rule: string, { parts, part, whole }: Share, bound: number): void =>
    findings.above(rule, parts === 1 ? 0 : part, whole, bound);
  share('dup_line_frac', lines.count, bounds.duplicateLines);
  share('dup_para_frac', paragraphs.count, bounds.duplicateParagraphs);
  share('dup_line_char_frac', lines.characters, bounds.duplicateLineCharacters);
  share('dup_para_char_frac', paragraphs.characters, bounds.duplicateParagraphCharacters);

  const { ids, lengths } = alphanumericWords(words);
  const characters = lengths.reduce((sum, length) => sum + length, 0);
  const grams = new NumberedGrams(ids);
  for (let n = 2; n <= 10; n += 1) {
    grams.extend(n);
    if (ids.length < n) return;
    const [rule, covered, bound] =
      n <= 4
        ? ([`top_${n}_gram`, topLength(grams, lengths, n), bounds.topNgrams[n - 2]] as const)
        : ([
            `duplicated_${n}_n_grams`,
            repeatedLength(grams, lengths, n),
            bounds.duplicateNgrams[n - 5],
          ] as const);
    findings.above(rule, covered, characters, bound ?? 0);
  }
}

interface Share {
  readonly parts: number;
  readonly part: number;
  readonly whole: number;
}

/** Shares of parts, and of their characters, that occur more than once, all copies counted. */
function copiesOf(parts: readonly string[]): { readonly count: Share; readonly characters: Share } {
  const counts = new Map<string, number>();
  for (const part of parts) counts.set(part, (counts.get(part) ?? 0) + 1);
  let copies = 0;
  let copied = 0;
  let characters = 0;
  for (const [part, count] of counts) {
    const length = codePoints(part) * count;
    characters += length;
    if (count === 1) continue;
    copies += count;
    copied += length;
  }
  return {
    count: { parts: parts.length, part: copies, whole: parts.length },
    characters: { parts: parts.length, part: copied, whole: characters },
  };
}

/** Numbers the n-grams of a list of word numbers, n after n: each is the one before and its last word. */
class NumberedGrams {
  /** Number of the n-gram at each place. */
  readonly at: number[];
  /** How often each occurs. */
  counts: number[] = [];
  readonly #ids: readonly number[];

  constructor(ids: readonly number[]) {
    this.#ids = ids;
    this.at = [...ids];
  }

  extend(n: number): void {
    const numbers = new Map<number, number>();
    this.counts = [];
    const places = Math.max(0, this.#ids.length - n + 1);
    for (let place = 0; place < places; place += 1) {
      // Word numbers stay below 2²⁰ by far (Lexicon), so the pair is exact in a double.
      const pair = (this.at[place] ?? 0) * 0x100000 + (this.#ids[place + n - 1] ?? 0);
      const known = numbers.get(pair);
      const number = known ?? numbers.size;
      if (known === undefined) numbers.set(pair, number);
      this.counts[number] = (this.counts[number] ?? 0) + 1;
      this.at[place] = number;
    }
    this.at.length = places;
  }
}

/** Characters that the most frequent n-gram covers, of equally frequent ones the longest; 0 if none repeats. */
function topLength({ at, counts }: NumberedGrams, lengths: readonly number[], n: number): number {
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  if (most < 2) return 0;
  let longest = 0;
  for (const [place, gram] of at.entries()) {
    if (counts[gram] !== most) continue;
    longest = Math.max(longest, sum(lengths, place, place + n));
  }
  return longest * most;
}

/** Characters of all words that lie in an n-gram that repeats. */
function repeatedLength({ at, counts }: NumberedGrams, lengths: readonly number[], n: number): number {
  let covered = 0;
  let end = 0;
  for (const [place, gram] of at.entries()) {
    if ((counts[gram] ?? 0) < 2) continue;
    covered += sum(lengths, Math.max(end, place), place + n);
    end = place + n;
  }
  return covered;
}

function sum(lengths: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let index = from; index < to; index += 1) total += lengths[index] ?? 0;
  return total;
}

/** Numbers and lengths of the words whose first character is a letter or a number. */
function alphanumericWords(words: Words): { readonly ids: number[]; readonly lengths: number[] } {
  const ids: number[] = [];
  const lengths: number[] = [];
  for (let token = 0; token < words.count; token += 1) {
    const id = words.ids[token] ?? 0;
    if (!startsAlphanumeric(words.lexicon.textOf(id))) continue;
    ids.push(id);
    lengths.push(words.lexicon.tokenLength[id] ?? 0);
  }
  return { ids, lengths };
}

/** Python's `split()`. */
function chunksOf(text: string): string[] {
  const chunks: string[] = [];
  let start = -1;
  for (let index = 0; index <= text.length; index += 1) {
    const isSpace =
      index === text.length || ((characterClasses[text.charCodeAt(index)] ?? 0) & classes.space) !== 0;
    if (isSpace && start >= 0) chunks.push(text.slice(start, index));
    if (isSpace) start = -1;
    else if (start < 0) start = index;
  }
  return chunks;
}

/** Stripped parts between separators, without empty ones. */
function partsOf(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map(strip)
    .filter((part) => part !== '');
}

function classAt(text: string, index: number): number {
  return characterClasses[text.codePointAt(index) ?? 0] ?? 0;
}

/** Python's isalnum of the first character. */
function startsAlphanumeric(word: string): boolean {
  return word[0] !== '_' && (classAt(word, 0) & (classes.letter | classes.wordCharacter)) !== 0;
}

function hasLetter(word: string): boolean {
  for (let index = 0; index < word.length; index += 1) {
    if (classAt(word, index) & classes.letter) return true;
  }
  return false;
}

function isStopWord(word: string): boolean {
  return gopherStopWords.some((stopWord) => stopWord === word);
}
