import { classOf, classSpace, firstWordClass, unitsOf } from './classes.ts';

/**
 * Which judge a canonical text belongs to. Only `english` goes to the model; the others cannot be judged
 * by it and take the prevalence of their source and kind.
 */
export type Route = 'english' | 'unsupported' | 'code' | 'short';

/** Canonical texts shorter than this are `short`, code units. Training leaves them out as well. */
export const shortTextMax = 120;

/** Frequent English words that are not frequent words of another language in Latin letters. */
const stopWords: ReadonlySet<string> = new Set(
  (
    'the and of to that it with you this are his they be has from not but what she he by or all were when ' +
    'your can said there use an each which their if how about out many then them these some would like ' +
    'into time its than been who did my down could very just our because any most other more after such ' +
    'where through should being those both between while'
  ).split(' '),
);

/** Words that begin statements and declarations in common programming languages. */
const keywords: ReadonlySet<string> = new Set(
  (
    'def return import function const let var class public private static void int char float double bool ' +
    'boolean string str if else elif for while self this null none true false print println printf include ' +
    'namespace using std struct enum interface extends implements new try catch except finally raise throw ' +
    'lambda async await export require module package func fn impl match type select from where insert ' +
    'update table echo end begin len range append console log document'
  ).split(' '),
);

const symbols: ReadonlySet<number> = new Set(unitsOf('{}()[];=<>_+&|\\/$#@*'));

/** What decides a route; shares are of all code units (symbols), of letters (Latin) or of words. */
interface RouteMeasures {
  readonly latin: number;
  readonly stopWords: number;
  readonly keywords: number;
  readonly symbols: number;
}

/**
 * Routes a canonical text by its length, script, stop words and density of code symbols and keywords.
 * Meant to be sure rather than complete: what looks like nothing known is `unsupported`, never `english`.
 */
export function routeText(canonical: string): Route {
  if (canonical.length < shortTextMax) return 'short';
  const found = measureRoute(canonical);
  if (isCode(found)) return 'code';
  return found.latin >= 0.9 && found.stopWords >= 0.09 ? 'english' : 'unsupported';
}

function isCode({ symbols, keywords, stopWords }: RouteMeasures): boolean {
  if (symbols >= 0.08 || (symbols >= 0.025 && keywords >= 0.15)) return true;
  return symbols >= 0.035 && (keywords >= 0.08 || stopWords < 0.15);
}

/** The measures a route is decided on. Linear. */
function measureRoute(canonical: string): RouteMeasures {
  const { length } = canonical;
  let [words, stops, code, marks, letters, latin] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < length;) {
    const unit = canonical.charCodeAt(at);
    const kind = classOf[unit] ?? 0;
    if (kind < firstWordClass) {
      if (kind !== classSpace && symbols.has(unit)) marks += 1;
      // Letters beyond the basic plane (rare scripts) come as surrogates, which are `other`.
      if (unit >= 0xd800 && unit <= 0xdfff) letters += 1;
      at += 1;
      continue;
    }
    const start = at;
    for (; at < length; at += 1) {
      const inside = canonical.charCodeAt(at);
      if ((classOf[inside] ?? 0) < firstWordClass) break;
      if (inside === 95) marks += 1;
      letters += 1;
      if (inside < 0x250) latin += 1;
    }
    words += 1;
    // The longest listed word has 10 letters.
    const word = at - start <= 10 ? canonical.slice(start, at).toLowerCase() : '';
    if (stopWords.has(word)) stops += 1;
    if (keywords.has(word)) code += 1;
  }
  return {
    latin: latin / Math.max(1, letters),
    stopWords: stops / Math.max(1, words),
    keywords: code / Math.max(1, words),
    symbols: marks / Math.max(1, length),
  };
}
