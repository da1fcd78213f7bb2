import type { SpecialCases } from './special-cases.ts';

/**
 * What a language contributes to the word splitter of {@link ChunkSplitter}. Positions are UTF-16
 * offsets; rules see `text[from, to)` alone, as spaCy's patterns see only what is left of a word.
 */
export interface SplitRules {
  readonly specialCases: SpecialCases;
  /** True when `text[from, to)` is a token, whatever marks it has. Default: never. */
  isWhole?(text: string, from: number, to: number): boolean;
  /** Length of the mark in front of `text[from, to)`, 0 for none. */
  prefixLength(text: string, from: number, to: number): number;
  /** Length of the mark behind `text[from, to)`, 0 for none. */
  suffixLength(text: string, from: number, to: number): number;
  /** Adds to `cuts` start and end of every mark within `text[from, to)` that is not at its start. */
  findInfixes(text: string, from: number, to: number, cuts: number[]): void;
}
