import type { ChunkCuts, Cuts, Splitter } from '../splitter.ts';
import { Dictionary, noNode } from './dictionary.ts';
import { readChineseTable } from './table.ts';
import { UnknownWords } from './unknown-words.ts';

/** What jieba looks for words in (`re_han_default`); any other character is a token of its own. */
const blocks = /[\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+/gu;
/** Within characters that are no words together: Chinese ones, numbers and Latin words (`finalseg.cut`). */
const pieces = /[\u4e00-\u9fd5]+|[a-zA-Z0-9]+(?:\.[0-9]+)?%?/gu;
/** Blocks up to this many units share their working memory. */
const roomMin = 4096;

/**
 * Chinese words as jieba 0.42.1 cuts them in its accurate mode, which spaCy's and so datatrove's Chinese
 * tokenizer asks: the most probable path through the words of its dictionary, and for what is left as
 * single characters its hidden Markov model. Time is linear in the length, for no word has more than 16
 * characters.
 */
export class ChineseSplitter implements Splitter {
  readonly #dictionary: Dictionary;
  readonly #unknown: UnknownWords;
  /** Weight of the best path from each place of a block to its end, and where its first word ends. */
  #weights = new Float64Array(roomMin + 1);
  #ends = new Int32Array(roomMin);

  constructor() {
    const table = readChineseTable();
    this.#dictionary = new Dictionary(table);
    this.#unknown = new UnknownWords(table);
  }

  split(chunk: string): ChunkCuts {
    const cuts: number[] = [];
    let at = 0;
    for (const { 0: block, index } of chunk.matchAll(blocks)) {
      cutCharacters(chunk, at, index, cuts);
      at = index + block.length;
      this.#cutBlock(chunk, index, at, cuts);
    }
    cutCharacters(chunk, at, chunk.length, cuts);
    return { cuts };
  }

  mend(_: string, cuts: Cuts): Cuts {
    return cuts;
  }

  #cutBlock(text: string, from: number, to: number, cuts: number[]): void {
    this.#findPath(text, from, to);
    /** Where the single characters begin that no longer word has parted yet. */
    let loose = from;
    for (let at = from; at < to;) {
      const end = from + (this.#ends[at - from] ?? 0);
      if (end - at > 1) {
        this.#cutLoose(text, loose, at, cuts);
        cuts.push(end);
        loose = end;
      }
      at = end;
    }
    this.#cutLoose(text, loose, to, cuts);
    if (to - from > roomMin) {
      this.#weights = new Float64Array(roomMin + 1);
      this.#ends = new Int32Array(roomMin);
    }
  }

  /** The path of the greatest weight; of equal ones that with the longer first word. */
  #findPath(text: string, from: number, to: number): void {
    const length = to - from;
    if (length > this.#ends.length) {
      this.#weights = new Float64Array(length + 1);
      this.#ends = new Int32Array(length);
    }
    const dictionary = this.#dictionary;
    const weights = this.#weights;
    weights[length] = 0;
    for (let at = length - 1; at >= 0; at -= 1) {
      let best = -Infinity;
      let bestEnd = 0;
      let node = dictionary.root;
      for (let end = at + 1; end <= length; end += 1) {
        node = dictionary.next(node, text.charCodeAt(from + end - 1));
        if (node === noNode) break;
        if (!dictionary.isWord(node)) continue;
        const weight = dictionary.weight(node) + (weights[end] ?? 0);
        if (weight < best) continue;
        best = weight;
        bestEnd = end;
      }
      if (bestEnd === 0) {
        bestEnd = at + 1;
        best = dictionary.weight(noNode) + (weights[bestEnd] ?? 0);
      }
      weights[at] = best;
      this.#ends[at] = bestEnd;
    }
  }

  /** Single characters side by side: a word of the dictionary that the best path parted stays parted. */
  #cutLoose(text: string, from: number, to: number, cuts: number[]): void {
    if (from === to) return;
    if (to - from === 1 || this.#isWord(text, from, to)) {
      for (let at = from; at < to; at += 1) cuts.push(at + 1);
      return;
    }
    let at = from;
    for (const { 0: piece, index } of text.slice(from, to).matchAll(pieces)) {
      const start = from + index;
      // What lies between is one token, however long.
      if (start > at) cuts.push(start);
      at = start + piece.length;
      if (piece.charCodeAt(0) >= 0x4e00) this.#unknown.cut(text, start, at, cuts);
      else cuts.push(at);
    }
    if (at < to) cuts.push(to);
  }

  #isWord(text: string, from: number, to: number): boolean {
    let node = this.#dictionary.root;
    for (let at = from; at < to; at += 1) {
      node = this.#dictionary.next(node, text.charCodeAt(at));
      if (node === noNode) return false;
    }
    return this.#dictionary.isWord(node);
  }
}

/** Each character for itself. */
function cutCharacters(text: string, from: number, to: number, cuts: number[]): void {
  for (let at = from; at < to;) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    cuts.push(at);
  }
}
