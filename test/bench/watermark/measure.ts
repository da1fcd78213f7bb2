import { createHash } from 'node:crypto';
import {
  binomialTail,
  generate,
  gRows,
  greenByHmac,
  greenMarking,
  greenTable,
  hitMax,
  scoreKgw,
  scoreSynthId,
  scoreUnigram,
  tournamentMarking,
  toyVocabulary,
} from '@ballast/detect/watermark';
import type { Marking, SynthIdScheme, WatermarkFinding } from '@ballast/detect/watermark';
import { seeded } from '../../seeded.ts';

/** Setting of the goal: share of the vocabulary that is green, and what is added to its logits. */
const [gamma, delta] = [0.25, 2];

/** Size of the vocabulary of real text; that of GPT-2. */
const vocabulary = 50_257;

/** How many of a number of texts were found, with the exact 95 % interval of the share (Clopper–Pearson). */
export interface Count {
  readonly found: number;
  readonly texts: number;
  readonly low: number;
  readonly high: number;
}

/** Scores the tokens of a text with a key of this number. */
export type Scheme = (tokens: readonly number[], key: number) => WatermarkFinding;

/** A scheme and how a text is marked for it. */
export interface MarkedScheme {
  readonly name: string;
  readonly mark: (key: number) => Marking;
  readonly score: Scheme;
}

/** Keys that the power is measured over: the draw of a list matters little, and each costs a table. */
const keysOfPower = 20;

/** Texts found at p <= 1e-6 of `texts` marked ones of `length` tokens. */
export function powerOf({ mark, score }: MarkedScheme, texts: number, length: number): Count {
  let found = 0;
  for (let text = 0; text < texts; text += 1) {
    const key = text % keysOfPower;
    if (score(generate(length, text + 1, mark(key)), key).pValue <= hitMax) found += 1;
  }
  return countOf(found, texts);
}

/** Unmarked texts of the same kind that are found: the other way. */
export function alarmsOnUnmarked({ score }: MarkedScheme, texts: number, length: number): Count {
  let found = 0;
  for (let text = 0; text < texts; text += 1)
    if (score(generate(length, text + 1), text % keysOfPower).pValue <= hitMax) found += 1;
  return countOf(found, texts);
}

/** KGW, and SynthID-Text with hashed g-values and with a sampling table, as they are marked and found. */
export function markedSchemes(): readonly MarkedScheme[] {
  const tables = remembered((key) =>
    greenTable(drawnBits(`table ${key}`, toyVocabulary ** 2, gamma), toyVocabulary),
  );
  const kgw: MarkedScheme = {
    name: `KGW, γ ${gamma}, δ ${delta}`,
    mark: (key) => greenMarking(tables(key), delta),
    score: (tokens, key) => scoreKgw(tokens, { gamma, context: 1, isGreen: tables(key) }),
  };
  const hashed = remembered((key): SynthIdScheme => ({ keys: depthKeys(key), ngram: 5 }));
  const sampled = remembered((key): SynthIdScheme => ({
    keys: depthKeys(key),
    ngram: 5,
    samplingTable: drawnBits(`sampling ${key}`, 65_536, 0.5),
  }));
  const synthId = (name: string, of: (key: number) => SynthIdScheme): MarkedScheme => ({
    name,
    mark: (key) => tournamentMarking((tokens, token) => nextRow(tokens, token, of(key)), 30),
    score: (tokens, key) => scoreSynthId(tokens, of(key)),
  });
  return [
    kgw,
    synthId('SynthID-Text, 30 depths', hashed),
    synthId('SynthID-Text, 30 depths, sampling table', sampled),
  ];
}

/** The schemes as they meet human text, every key drawn from its number. */
export function unmarkedSchemes(): readonly (readonly [name: string, scheme: Scheme])[] {
  return [
    [
      `KGW, γ ${gamma}`,
      (tokens, key) => {
        const isGreen = greenByHmac(Buffer.from(`key ${key}`), 1, gamma);
        return scoreKgw(tokens, { gamma, context: 1, isGreen });
      },
    ],
    [
      'Unigram, γ 0.5',
      (tokens, key) => scoreUnigram(tokens, { mask: drawnBits(`mask ${key}`, vocabulary, 0.5), vocabulary }),
    ],
    ['SynthID-Text, 30 depths', (tokens, key) => scoreSynthId(tokens, { keys: depthKeys(key), ngram: 5 })],
  ];
}

/** Crops of at most `length` tokens, each from a text and a place that its number draws; texts of fewer than 100 tokens give none. */
export function cropsOf(
  texts: readonly (readonly number[])[],
  crops: number,
  length: number,
): (number: number) => readonly number[] {
  const long = texts.filter((tokens) => tokens.length >= 100);
  if (long.length === 0) throw new RangeError('cropsOf: no text has 100 tokens');
  const next = seeded(crops);
  const places = Array.from({ length: crops }, () => [next(), next()] as const);
  return (number) => {
    const [text = 0, place = 0] = places[number] ?? [];
    const tokens = long[Math.floor(text * long.length)] ?? [];
    const start = Math.floor(place * Math.max(1, tokens.length - length + 1));
    return tokens.slice(start, start + length);
  };
}

/** Stated p-values at which false alarms are counted. */
export const stated = [1e-2, 1e-3, 1e-4, hitMax] as const;

/** False alarms among crops at every stated p; `keyOf` says which key meets which crop. */
export function alarmsOf(
  scheme: Scheme,
  crop: (number: number) => readonly number[],
  crops: number,
  keyOf: (number: number) => number,
): readonly number[] {
  const alarms = stated.map(() => 0);
  for (let number = 0; number < crops; number += 1) {
    const { pValue } = scheme(crop(number), keyOf(number));
    for (const [index, p] of stated.entries()) if (pValue <= p) alarms[index] = (alarms[index] ?? 0) + 1;
  }
  return alarms;
}

/** The central 95 % interval of a binomial count. */
export function expectedCount(trials: number, p: number): { readonly low: number; readonly high: number } {
  let low = 0;
  while (1 - binomialTail(low + 1, trials, p) < 0.025) low += 1;
  let high = low;
  while (binomialTail(high + 1, trials, p) > 0.025) high += 1;
  return { low, high };
}

/** Words and single marks, numbered in the order in which they first appear, modulo the vocabulary. */
export function wordTokens(): (text: string) => readonly number[] {
  const numbers = new Map<string, number>();
  return (text) =>
    (text.match(/\w+|[^\w\s]/gu) ?? []).map((word) => {
      const known = numbers.get(word);
      if (known !== undefined) return known;
      const number = numbers.size % vocabulary;
      numbers.set(word, number);
      return number;
    });
}

/** Counts with the exact interval of Clopper and Pearson (Biometrika 26, 1934), by bisection. */
function countOf(found: number, texts: number): Count {
  const bound = (isBelow: (p: number) => boolean): number => {
    let [low, high] = [0, 1];
    for (let step = 0; step < 50; step += 1) {
      const middle = (low + high) / 2;
      if (isBelow(middle)) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return {
    found,
    texts,
    low: found === 0 ? 0 : bound((p) => binomialTail(found, texts, p) < 0.025),
    high: found === texts ? 1 : bound((p) => 1 - binomialTail(found + 1, texts, p) > 0.025),
  };
}

function nextRow(tokens: readonly number[], token: number, scheme: SynthIdScheme): Uint8Array {
  const context = [0, 0, 0, 0, ...tokens.slice(-4)].slice(-4);
  return gRows([...context, token], scheme).next().value ?? new Uint8Array(30);
}

/** Thirty distinct keys below 1,000, as in the published configuration. */
function depthKeys(key: number): readonly number[] {
  const next = seeded(key + 1);
  const keys = new Set<number>();
  while (keys.size < 30) keys.add(1 + Math.floor(next() * 999));
  return [...keys];
}

/** A bitset of which each bit is set with this probability; halves come from the digest alone. */
function drawnBits(seed: string, bits: number, probability: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  if (probability === 0.5) {
    for (let at = 0; at < bytes.length; at += 64)
      bytes.set(
        createHash('sha512')
          .update(`${seed} ${at}`)
          .digest()
          .subarray(0, bytes.length - at),
        at,
      );
    return bytes;
  }
  const next = seeded(createHash('sha256').update(seed).digest().readUInt32BE());
  for (let bit = 0; bit < bits; bit += 1)
    if (next() < probability) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
  return bytes;
}

function remembered<V>(make: (key: number) => V): (key: number) => V {
  const known = new Map<number, V>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = make(key);
    known.set(key, value);
    return value;
  };
}
