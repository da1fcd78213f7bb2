import { abbreviations, clipped, emoticons, irregular, plainWords, unsplit } from './special-words.ts';

/**
 * Words that the English tokenizer splits (or leaves whole) by name, each with its tokens. The set is
 * that of spaCy 3.8 (`lang/en/tokenizer_exceptions.py` and `lang/tokenizer_exceptions.py`, MIT): 1,347
 * entries, generated here from word lists because nearly all of them are contractions of a few stems.
 */
export const specialCases: ReadonlyMap<string, readonly string[]> = buildSpecialCases();

/** UTF-16 units of the longest special case. */
export const specialLengthMax: number = Math.max(...[...specialCases.keys()].map((key) => key.length));

type Cases = Map<string, readonly string[]>;

function buildSpecialCases(): Cases {
  const contractions: Cases = new Map();
  addPronouns(contractions);
  addQuestionWords(contractions);
  addVerbs(contractions);
  for (const split of irregular) contractions.set(split.join(''), split);
  for (const word of clipped) {
    for (const form of bothCases(word)) {
      whole(contractions, form);
      whole(contractions, `${form}'`);
    }
  }
  for (const word of ['em', 'll', 'nuff']) {
    whole(contractions, word);
    whole(contractions, `'${word}`);
  }
  for (let hour = 1; hour <= 12; hour += 1) {
    for (const half of ['a.m.', 'am', 'p.m.', 'pm']) contractions.set(`${hour}${half}`, [`${hour}`, half]);
  }
  for (const word of unsplit) whole(contractions, word);
  for (const word of abbreviations) whole(contractions, word);
  for (const word of plainWords.flatMap(bothCases)) contractions.delete(word);
  return withUniversalCases(withTypographicApostrophes(contractions));
}

/** `i'm`, `I'm`, `im`, `Im` and so on: every contraction exists with and without its apostrophe. */
function addPronouns(cases: Cases): void {
  for (const stem of ['i', 'you', 'he', 'she', 'it', 'we', 'they'].flatMap(bothCases)) {
    const is = (...pronouns: readonly string[]): boolean => pronouns.includes(stem.toLowerCase());
    for (const endings of [["'ll"], ["'ll", "'ve"], ["'d"], ["'d", "'ve"]]) contract(cases, stem, endings);
    if (is('i')) {
      contract(cases, stem, ["'m"]);
      contract(cases, stem, ["'m", 'a']);
    }
    if (is('i', 'you', 'we', 'they')) contract(cases, stem, ["'ve"]);
    if (is('you', 'we', 'they')) contract(cases, stem, ["'re"]);
    if (is('he', 'she', 'it')) contract(cases, stem, ["'s"]);
  }
}

function addQuestionWords(cases: Cases): void {
  const plain = ['who', 'what', 'when', 'where', 'why', 'how', 'there'];
  for (const stem of [...plain, 'that', 'this', 'these', 'those'].flatMap(bothCases)) {
    const lower = stem.toLowerCase();
    for (const endings of [["'ll"], ["'ll", "'ve"], ["'d"], ["'d", "'ve"]]) contract(cases, stem, endings);
    if (lower !== 'these' && lower !== 'those') contract(cases, stem, ["'s"]);
    if (lower !== 'that' && lower !== 'this') {
      contract(cases, stem, ["'re"]);
      contract(cases, stem, ["'ve"]);
    }
  }
}

function addVerbs(cases: Cases): void {
  const negatedWithHave = 'ca could do does did had may might must need ought sha should wo would'.split(' ');
  for (const stem of negatedWithHave.flatMap(bothCases)) {
    contract(cases, stem, ["n't"]);
    contract(cases, stem, ["n't", "'ve"]);
  }
  for (const stem of ['could', 'might', 'must', 'should', 'would'].flatMap(bothCases)) {
    contract(cases, stem, ["'ve"]);
  }
  for (const stem of ['ai', 'are', 'is', 'was', 'were', 'have', 'has', 'dare'].flatMap(bothCases)) {
    contract(cases, stem, ["n't"]);
  }
}

function contract(cases: Cases, stem: string, endings: readonly string[]): void {
  for (const forms of [endings, endings.map((ending) => ending.replace("'", ''))]) {
    cases.set(stem + forms.join(''), [stem, ...forms]);
  }
}

function whole(cases: Cases, word: string): void {
  cases.set(word, [word]);
}

function bothCases(word: string): readonly [string, string] {
  return [word, word.charAt(0).toUpperCase() + word.slice(1)];
}

/** Each case with a straight apostrophe exists with U+2019 too. */
function withTypographicApostrophes(cases: Cases): Cases {
  const all: Cases = new Map(cases);
  for (const [word, tokens] of cases) {
    if (!word.includes("'")) continue;
    all.set(
      word.replaceAll("'", '’'),
      tokens.map((token) => token.replaceAll("'", '’')),
    );
  }
  return all;
}

/** What holds in every language: letters with a dot, emoticons, temperatures. White space is left out. */
function withUniversalCases(cases: Cases): Cases {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyzäöü', (letter) => `${letter}.`);
  const words = ['\\t', '\\n', '—', "'", '\\")', '<space>', "''", 'C++', ...letters, ...emoticons];
  for (const word of words) whole(cases, word);
  for (const unit of 'cfkCFK') cases.set(`°${unit}.`, ['°', unit, '.']);
  // The apostrophes among these have a typographic twin, as those of the English cases have.
  for (const word of words) {
    if (word.includes("'")) whole(cases, word.replaceAll("'", '’'));
  }
  return cases;
}
