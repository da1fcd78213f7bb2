import { seeded } from '../calibrate/random.ts';
import type { Random } from '../calibrate/random.ts';
import { lookAlikes } from './look-alikes.ts';
import type { LookAlikes } from './look-alikes.ts';
import { synonymOf } from './synonyms.ts';

/**
 * Edits that a writer may make to escape a detector, in the manner of RAID (Dugan and others, ACL 2024).
 * The first five change nothing that a reader sees as text; the canonical form is meant to undo them. The
 * others change words. A paraphrase needs a model and is not among them.
 */
export const attackNames = [
  'homoglyph-cyrillic',
  'homoglyph-other',
  'zero-width',
  'whitespace',
  'paragraph',
  'case',
  'misspelling',
  'article-deletion',
  'insertion',
  'digit-swap',
  'synonym',
] as const;

/** One of the edits. */
export type AttackName = (typeof attackNames)[number];

const undone: ReadonlySet<AttackName> = new Set([
  'homoglyph-cyrillic',
  'homoglyph-other',
  'zero-width',
  'whitespace',
  'paragraph',
]);

/** Whether the canonical form is meant to undo the edit. */
export function isUndone(name: AttackName): boolean {
  return undone.has(name);
}

/** The edited text; equal texts and seeds give equal edits. */
export function attack(name: AttackName, text: string, seed: string): string {
  return edits[name](text, seeded(`${name}/${seed}/${text.slice(0, 64)}`));
}

/** Shares of places edited follow RAID where it names one: articles and digits half, case 5 %, long words 20 %. */
const edits: { readonly [name in AttackName]: (text: string, random: Random) => string } = {
  'homoglyph-cyrillic': (text, random) => replaceLetters(text, lookAlikes.cyrillic, random),
  'homoglyph-other': (text, random) => replaceLetters(text, lookAlikes.other, random),
  'zero-width': (text, random) =>
    everyCharacter(text, (one) => (random.uniform() < 0.1 ? one + pick(invisible, random) : one)),
  whitespace: (text, random) =>
    text.replaceAll(' ', () => (random.uniform() < 0.2 ? pick(spaces, random) : ' ')),
  paragraph: (text, random) => atSentences(text, () => (random.uniform() < 0.5 ? '\n\n' : ' ')),
  case: (text, random) =>
    text.replaceAll(/(?<=^|\s)\p{L}/gu, (letter) => (random.uniform() < 0.05 ? flipped(letter) : letter)),
  misspelling: (text, random) =>
    text.replaceAll(/[a-z]{6,}/g, (word) => (random.uniform() < 0.2 ? misspelt(word, random) : word)),
  'article-deletion': (text, random) =>
    text.replaceAll(/\b(?:the|an?) (?=\p{L})/giu, (article) => (random.uniform() < 0.5 ? '' : article)),
  insertion: (text, random) =>
    text.replaceAll(/(?<=[a-z]) (?=[a-z])/g, () =>
      random.uniform() < 0.04 ? ` ${pick(fillers, random)} ` : ' ',
    ),
  'digit-swap': (text, random) =>
    text.replaceAll(/\d/g, (digit) =>
      random.uniform() < 0.5 ? String(Math.floor(10 * random.uniform())) : digit,
    ),
  synonym: (text, random) =>
    text.replaceAll(/[A-Za-z]{3,}/g, (word) => (random.uniform() < 0.5 ? (synonymOf(word) ?? word) : word)),
};

/** Zero-width space, non-joiner and joiner, word joiner, byte order mark. */
const invisible = ['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff'] as const;

const spaces = ['  ', '   ', '\t', '\u00a0', '\n'] as const;

/** Words that carry nothing and fit almost anywhere. */
const fillers = [
  'really',
  'just',
  'kind of',
  'basically',
  'actually',
  'honestly',
  'somewhat',
  'maybe',
] as const;

/** Share of the letters with a look-alike that are replaced. */
const replaced = 0.3;

function replaceLetters(text: string, alphabet: LookAlikes, random: Random): string {
  return everyCharacter(text, (one) => {
    const other = alphabet[one];
    return other === undefined || random.uniform() >= replaced ? one : other;
  });
}

function atSentences(text: string, gap: () => string): string {
  return text.replaceAll(/(?<=[.!?]) (?=\p{Lu})/gu, gap);
}

/** One letter gone, doubled or changed places with the next; never the first. */
function misspelt(word: string, random: Random): string {
  const at = 1 + Math.floor(random.uniform() * (word.length - 2));
  const [before, letter, rest] = [word.slice(0, at), word.slice(at, at + 1), word.slice(at + 1)];
  const kind = random.uniform();
  if (kind < 1 / 3) return before + rest;
  if (kind < 2 / 3) return before + letter + letter + rest;
  return before + rest.slice(0, 1) + letter + rest.slice(1);
}

function flipped(letter: string): string {
  const lower = letter.toLowerCase();
  return lower === letter ? letter.toUpperCase() : lower;
}

function everyCharacter(text: string, edit: (one: string) => string): string {
  let edited = '';
  for (const one of text) edited += edit(one);
  return edited;
}

function pick<T>(from: readonly [T, ...T[]], random: Random): T {
  return from[Math.floor(random.uniform() * from.length)] ?? from[0];
}
