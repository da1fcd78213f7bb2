import { canonicalise, canonicalLengthMax } from '../canonical.ts';
import { classOf, classSpace, firstWordClass, unitsOf } from './classes.ts';
import { languageOf, stretchLength } from './stretches.ts';
import type { Language, Stretch } from './stretches.ts';
import { emptyFold, foldIn, WordList } from './word-list.ts';

/**
 * Which judge a canonical text belongs to. Only `english` goes to the model; the others cannot be judged
 * by it and take the prevalence of their source and kind.
 */
export type Route = 'english' | 'unsupported' | 'code' | 'short';

/** Canonical texts shorter than this are `short`, code units. Training leaves them out as well. */
export const shortTextMax = 120;

/** Frequent English words that are not frequent words of another language in Latin letters. */
const stopWords = new WordList(
  (
    'the and of to that it with you this are his they be has from not but what she he by or all were when ' +
    'your can said there use an each which their if how about out many then them these some would like ' +
    'into time its than been who did my down could very just our because any most other more after such ' +
    'where through should being those both between while'
  ).split(' '),
);

/** Words that begin statements and declarations in common programming languages. */
const keywords = new WordList(
  (
    'def return import function const let var class public private static void int char float double bool ' +
    'boolean string str if else elif for while self this null none true false print println printf include ' +
    'namespace using std struct enum interface extends implements new try catch except finally raise throw ' +
    'lambda async await export require module package func fn impl match type select from where insert ' +
    'update table echo end begin len range append console log document'
  ).split(' '),
);

const symbols: ReadonlySet<number> = new Set(unitsOf('{}()[];=<>_+&|\\/$#@*'));

/** A route, and the language that was seen on the way: absent for code and where too few letters tell. */
export interface Routed {
  readonly route: Route;
  readonly language?: Language;
}

/** Share of letters in English stretches; a stretch half English passes for it, so a quarter foreign is less. */
const englishShareMin = 0.85;
/** Stretches that are looked at behind the part that the model reads. */
const sampledBehind = 6;

/** What decides about code; shares are of all code units (symbols), of letters (Latin) or of words. */
interface RouteMeasures {
  readonly latin: number;
  readonly stopWords: number;
  readonly keywords: number;
  readonly symbols: number;
}

/**
 * Routes a text by its canonical form. See {@link routeWithLanguage}; a longer text's remainder counts
 * there, and not here.
 */
export function routeText(canonical: string): Route {
  return routeWithLanguage(canonical, canonical).route;
}

/**
 * Routes a text: by length, by density of code symbols and keywords, then by language. English is what has
 * English stop words and Latin letters throughout, and is English by {@link englishShareMin} of its letters
 * in stretches that cover all the model reads, and in six more that are spread over what follows and weigh
 * a third: a text of which a quarter of the former or half of the latter is foreign cannot be judged,
 * wherever the foreign part stands. Meant to be sure rather than complete: what looks like nothing known
 * is `unsupported`, never `english`.
 *
 * What a document says of its own language is not asked: an untrusted word must neither get foreign text
 * judged nor English text excused. Pure; looks at a bounded part of the text.
 */
export function routeWithLanguage(canonical: string, text: string): Routed {
  const { measures, stretches } = measureText(canonical);
  if (canonical.length >= shortTextMax && isCode(measures)) return { route: 'code' };
  const language = languageOf([...stretches, ...behind(text)]);
  return { route: routeOf(canonical, measures, language), ...(language === undefined ? {} : { language }) };
}

function routeOf(canonical: string, found: RouteMeasures, language: Language | undefined): Route {
  if (canonical.length < shortTextMax) return 'short';
  const isEnglish = language?.label === 'en' && language.score >= englishShareMin;
  return isEnglish && found.latin >= 0.9 && found.stopWords >= 0.09 ? 'english' : 'unsupported';
}

/** Stretches of equal distance behind the part that the model reads, the last one at the end. */
function behind(text: string): readonly Stretch[] {
  const rest = text.length - canonicalLengthMax;
  if (rest < stretchLength) return [];
  const count = Math.min(sampledBehind, Math.floor(rest / stretchLength));
  return Array.from({ length: count }, (_, i) => {
    const end = canonicalLengthMax + Math.floor((rest * (i + 1)) / count);
    return measureText(canonicalise(text.slice(end - stretchLength, end))).stretches;
  }).flat();
}

function isCode({ symbols, keywords, stopWords }: RouteMeasures): boolean {
  if (symbols >= 0.08 || (symbols >= 0.025 && keywords >= 0.15)) return true;
  return symbols >= 0.035 && (keywords >= 0.08 || stopWords < 0.15);
}

/** The measures a route is decided on, and the stretches its language is. Linear. */
function measureText(canonical: string): {
  readonly measures: RouteMeasures;
  readonly stretches: readonly Stretch[];
} {
  const { length } = canonical;
  const stretches: Stretch[] = [];
  const count = Math.max(1, Math.round(length / stretchLength));
  const total = { words: 0, stopWords: 0, keywords: 0, symbols: 0, letters: 0, latin: 0 };
  let before = { ...total };
  let start = 0;
  const close = (end: number): void => {
    stretches.push({
      text: canonical.slice(start, end),
      words: total.words - before.words,
      stopWords: total.stopWords - before.stopWords,
      letters: total.letters - before.letters,
      latin: total.latin - before.latin,
    });
    before = { ...total };
    start = end;
  };
  for (let at = 0; at < length;) {
    if (at * count >= length * (stretches.length + 1)) close(at);
    at = measureNext(canonical, at, total);
  }
  close(length);
  const { words, letters } = total;
  return {
    measures: {
      latin: total.latin / Math.max(1, letters),
      stopWords: total.stopWords / Math.max(1, words),
      keywords: total.keywords / Math.max(1, words),
      symbols: total.symbols / Math.max(1, length),
    },
    stretches,
  };
}

interface Counts {
  words: number;
  stopWords: number;
  keywords: number;
  symbols: number;
  letters: number;
  latin: number;
}

/** Counts the word or the mark at a place; gives the place behind it. */
function measureNext(canonical: string, start: number, total: Counts): number {
  const first = canonical.charCodeAt(start);
  const kind = classOf[first] ?? 0;
  if (kind < firstWordClass) {
    if (kind !== classSpace && symbols.has(first)) total.symbols += 1;
    // Letters beyond the basic plane (rare scripts) come as surrogates, which are `other`.
    if (first >= 0xd800 && first <= 0xdfff) total.letters += 1;
    return start + 1;
  }
  let at = start;
  let hash = emptyFold;
  let latin = 0;
  let underscores = 0;
  for (; at < canonical.length; at += 1) {
    const unit = canonical.charCodeAt(at);
    if ((classOf[unit] as number) < firstWordClass) break;
    underscores += Number(unit === 95);
    latin += Number(unit < 0x250);
    hash = foldIn(hash, unit);
  }
  total.words += 1;
  total.letters += at - start;
  total.latin += latin;
  total.symbols += underscores;
  if (stopWords.has(canonical, start, at, hash)) total.stopWords += 1;
  if (keywords.has(canonical, start, at, hash)) total.keywords += 1;
  return at;
}
