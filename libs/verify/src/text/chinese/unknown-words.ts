import type { ChineseTable } from './table.ts';

const begin = 0;
const end = 1;
const middle = 2;
const single = 3;
const states = [begin, end, middle, single] as const;
/** The two states that each can follow, the later letter last. */
const before = [
  [end, single],
  [begin, middle],
  [begin, middle],
  [end, single],
] as const;

/** Words that no dictionary has, found by the hidden Markov model of jieba (`finalseg`) and Viterbi's algorithm. */
export class UnknownWords {
  readonly #table: ChineseTable;
  /** Place of each character in the table's list plus one; 0 for those the model does not know. */
  readonly #places = new Uint16Array(0x10000);

  constructor(table: ChineseTable) {
    this.#table = table;
    for (const [place, character] of table.characters.entries()) this.#places[character] = place + 1;
  }

  /**
   * Adds to `cuts` where the words of the characters `text[from, to)` end. Equal chances go to the state of the
   * later letter, as Python's `max` of pairs has it; they are common, for a character that the model does not
   * know has a chance so small that all else is lost in the sum.
   */
  cut(text: string, from: number, to: number, cuts: number[]): void {
    const { start, steps } = this.#table;
    const length = to - from;
    /** The state before, at 4k + state. */
    const previous = new Uint8Array(4 * length);
    let last = new Float64Array(4);
    let now = new Float64Array(4);
    for (const state of states)
      last[state] = (start[state] ?? 0) + this.#chance(text.charCodeAt(from), state);
    for (let at = 1; at < length; at += 1) {
      const unit = text.charCodeAt(from + at);
      for (const state of states) {
        const chance = this.#chance(unit, state);
        const [first, second] = before[state];
        const byFirst = (last[first] ?? 0) + (steps[4 * first + state] ?? 0) + chance;
        const bySecond = (last[second] ?? 0) + (steps[4 * second + state] ?? 0) + chance;
        now[state] = bySecond >= byFirst ? bySecond : byFirst;
        previous[4 * at + state] = bySecond >= byFirst ? second : first;
      }
      [last, now] = [now, last];
    }
    const final = (last[single] ?? 0) >= (last[end] ?? 0) ? single : end;
    const path = new Uint8Array(length);
    for (let at = length - 1, state: number = final; at >= 0; at -= 1) {
      path[at] = state;
      state = previous[4 * at + state] ?? 0;
    }
    for (const [at, state] of path.entries()) if (state === end || state === single) cuts.push(from + at + 1);
  }

  /** Logarithm of the chance of a character in a state. */
  #chance(unit: number, state: number): number {
    const { chances, characterChances } = this.#table;
    const place = this.#places[unit] ?? 0;
    return chances[place === 0 ? 0 : (characterChances[4 * (place - 1) + state] ?? 0)] ?? 0;
  }
}
