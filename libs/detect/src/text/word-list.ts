import { fnvOffset, fnvPrime } from './hash.ts';

/** Hash of no letters; see {@link foldIn}. */
export const emptyFold = fnvOffset;

/** Appends a unit to the hash of a word, upper and lower case of ASCII alike. */
export function foldIn(hash: number, unit: number): number {
  return Math.imul(hash ^ (unit | caseBit), fnvPrime);
}

/** What upper and lower case of an ASCII letter differ in. */
const caseBit = 32;

/**
 * A set of lower-case words that is asked with places of a text instead of words of their own: cutting each
 * word out, lower-casing it and looking it up was two thirds of the router's time
 * (`bench:detect --only speed`).
 */
export class WordList {
  readonly #words: readonly string[];
  /** Place of a word plus one, by the low bits of its hash; 0 is free. An eighth full at most. */
  readonly #places: Uint16Array;

  /** Of words of ASCII letters in lower case. */
  constructor(words: readonly string[]) {
    this.#words = [...new Set(words)];
    this.#places = new Uint16Array(2 ** Math.ceil(Math.log2(8 * this.#words.length)));
    for (const [place, word] of this.#words.entries()) {
      let hash = emptyFold;
      for (let at = 0; at < word.length; at += 1) hash = foldIn(hash, word.charCodeAt(at));
      let slot = this.#slot(hash);
      while (this.#places[slot] !== 0) slot = this.#slot(slot + 1);
      this.#places[slot] = place + 1;
    }
  }

  /** Whether the units from `start` to `end`, whose {@link foldIn} hash this is, are a word of the list. */
  has(text: string, start: number, end: number, hash: number): boolean {
    let slot = this.#slot(hash);
    for (;;) {
      const place = this.#places[slot] as number;
      if (place === 0) return false;
      if (isAlike(this.#words[place - 1] as string, text, start, end)) return true;
      slot = this.#slot(slot + 1);
    }
  }

  #slot(hash: number): number {
    return hash & (this.#places.length - 1);
  }
}

/** Equal but for the case of ASCII letters: a lower-case letter has the bit, so only its two cases give it. */
function isAlike(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i += 1) {
    if (word.charCodeAt(i) !== (text.charCodeAt(start + i) | caseBit)) return false;
  }
  return true;
}
