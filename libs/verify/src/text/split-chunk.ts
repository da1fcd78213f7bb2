import { isAddress } from './address.ts';
import type { SplitRules } from './split-rules.ts';
import type { ChunkCuts, Cuts, Splitter } from './splitter.ts';

/**
 * Cuts runs without white space (chunks) into tokens. The order of rules is that of spaCy 3.8's tokenizer
 * (MIT, `tokenizer.pyx`): special case, marks in front and behind until none is left, address, marks
 * within, then special cases that the cuts have brought apart (`hello:)`). Time is linear in the length.
 */
export class ChunkSplitter implements Splitter {
  readonly #rules: SplitRules;
  readonly #lengthMax: number;
  /** Special cases that the other rules cut, by their text, with the cuts these rules make. */
  readonly #cutCases: ReadonlyMap<string, string>;
  readonly #cutCaseStarts: ReadonlySet<number>;

  constructor(rules: SplitRules) {
    this.#rules = rules;
    const words = [...rules.specialCases.keys()];
    this.#lengthMax = Math.max(...words.map((word) => word.length));
    this.#cutCases = new Map(
      words.flatMap((word) => {
        const cuts = this.#cut(word, false);
        return cuts.length > 1 ? [[word, cuts.join(',')]] : [];
      }),
    );
    this.#cutCaseStarts = new Set([...this.#cutCases.keys()].map((word) => word.charCodeAt(0)));
  }

  /** Cuts a chunk as if it stood alone. */
  split(chunk: string): ChunkCuts {
    const special = this.#rules.specialCases.get(chunk);
    if (special !== undefined) return { cuts: ends(0, special) };
    const unmended = this.#cut(chunk, true);
    if (unmended.length === 1) return { cuts: unmended };
    const cuts = this.mend(chunk, unmended);
    return cuts === unmended ? { cuts } : { cuts, unmended };
  }

  /**
   * Puts special cases together again where the cuts took them apart; the longest wins, then the first.
   * `text` may be several chunks that single spaces part, joined without them, with `borders` between
   * them: spaCy matches across a single space, and such a match mends nothing but keeps others from it
   * (`a] =[b` keeps `=` and `[` apart). Returns `cuts` itself when nothing was put together.
   */
  mend(text: string, cuts: Cuts, borders: ReadonlySet<number> = none): Cuts {
    const chosen = this.#chooseSpans(text, cuts, borders);
    if (chosen.size === 0) return cuts;
    const mended: number[] = [];
    for (let index = 0; index < cuts.length; index += 1) {
      const last = chosen.get(index);
      if (last === undefined) mended.push(cuts[index] ?? 0);
      else {
        const from = cuts[index - 1] ?? 0;
        mended.push(...ends(from, this.#rules.specialCases.get(text.slice(from, cuts[last])) ?? []));
        index = last;
      }
    }
    return mended;
  }

  /** First and last token of every special case to put together. */
  #chooseSpans(text: string, cuts: Cuts, borders: ReadonlySet<number>): ReadonlyMap<number, number> {
    const spans = this.#findSpans(text, cuts);
    const chosen = new Map<number, number>();
    if (spans.length === 0) return chosen;
    spans.sort((a, b) => b.last - b.first - (a.last - a.first) || a.first - b.first);
    const taken = new Set<number>();
    for (const { first, last } of spans) {
      const isFree = !taken.has(first) && !taken.has(last);
      if (isFree && !crosses(cuts, first, last, borders)) chosen.set(first, last);
      for (let index = first; index <= last; index += 1) taken.add(index);
    }
    return chosen;
  }

  #findSpans(text: string, cuts: Cuts): Span[] {
    const spans: Span[] = [];
    for (let first = 0; first < cuts.length; first += 1) {
      const from = cuts[first - 1] ?? 0;
      if (!this.#cutCaseStarts.has(text.charCodeAt(from))) continue;
      let pattern = '';
      for (let last = first; last < cuts.length; last += 1) {
        const length = (cuts[last] ?? 0) - from;
        if (length > this.#lengthMax) break;
        pattern += last === first ? length : `,${length}`;
        if (this.#cutCases.get(text.slice(from, from + length)) === pattern) spans.push({ first, last });
      }
    }
    return spans;
  }

  #cut(chunk: string, withSpecialCases: boolean): number[] {
    const { specialCases } = this.#rules;
    const isSpecial = (from: number, to: number): boolean =>
      withSpecialCases &&
      to > from &&
      to - from <= this.#lengthMax &&
      specialCases.has(chunk.slice(from, to));
    let from = 0;
    let to = chunk.length;
    const cuts: number[] = [];
    const behind: number[] = [];
    let last = -1;
    while (from < to && to - from !== last && !this.#isWhole(chunk, from, to) && !isSpecial(from, to)) {
      last = to - from;
      const prefix = this.#rules.prefixLength(chunk, from, to);
      if (prefix > 0 && isSpecial(from + prefix, to)) {
        from += prefix;
        cuts.push(from);
        break;
      }
      const suffix = this.#rules.suffixLength(chunk, from + prefix, to);
      if (suffix > 0 && isSpecial(from, to - suffix)) {
        behind.push(to);
        to -= suffix;
        break;
      }
      if (prefix > 0) {
        from += prefix;
        cuts.push(from);
      }
      if (suffix > 0) {
        behind.push(to);
        to -= suffix;
      }
    }
    if (from < to) this.#cutMiddle(chunk, from, to, isSpecial(from, to), cuts);
    for (let index = behind.length - 1; index >= 0; index -= 1) cuts.push(behind[index] ?? 0);
    return cuts;
  }

  #isWhole(chunk: string, from: number, to: number): boolean {
    return this.#rules.isWhole?.(chunk, from, to) === true;
  }

  #cutMiddle(chunk: string, from: number, to: number, isSpecial: boolean, cuts: number[]): void {
    if (isSpecial) {
      cuts.push(...ends(from, this.#rules.specialCases.get(chunk.slice(from, to)) ?? []));
      return;
    }
    if (!this.#isWhole(chunk, from, to) && !isAddress(chunk, from, to)) {
      const before = cuts.length;
      this.#rules.findInfixes(chunk, from, to, cuts);
      dedupe(cuts, before);
    }
    if (cuts.at(-1) !== to) cuts.push(to);
  }
}

interface Span {
  readonly first: number;
  readonly last: number;
}

const none: ReadonlySet<number> = new Set();

/** True when one of the borders lies within the span's tokens. */
function crosses(cuts: Cuts, first: number, last: number, borders: ReadonlySet<number>): boolean {
  if (borders.size === 0) return false;
  for (let index = first; index < last; index += 1) if (borders.has(cuts[index] ?? 0)) return true;
  return false;
}

/** Neighbouring marks share a boundary: keep one of it. */
function dedupe(cuts: number[], start: number): void {
  let kept = start;
  for (let index = start; index < cuts.length; index += 1) {
    const cut = cuts[index] ?? 0;
    if (kept === start || cuts[kept - 1] !== cut) cuts[kept++] = cut;
  }
  cuts.length = kept;
}

function ends(from: number, tokens: readonly string[]): number[] {
  let end = from;
  return tokens.map((token) => (end += token.length));
}
