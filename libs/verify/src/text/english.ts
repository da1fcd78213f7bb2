import { findInfixes, prefixLength, suffixLength } from './affixes.ts';
import { readSpecialCases } from './special-cases.ts';
import type { SplitRules } from './split-rules.ts';
import { enCases } from './tables/special-cases.ts';

/** The rules of spaCy 3.8's blank English, read by hand because they are asked most. */
export const english: SplitRules = {
  specialCases: readSpecialCases(enCases),
  prefixLength,
  suffixLength,
  findInfixes,
};
