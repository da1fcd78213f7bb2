import type { RangeTable } from './ranges.ts';

/**
 * The 129 punctuation marks and controls that datatrove 0.10 names one by one (its text normaliser blanks these).
 * Extracted by code point from datatrove 0.10.1 (Apache-2.0), `utils/text.py`.
 */
export const listedPunctuation: RangeTable = [
  '0,8 3,k 2,e b,6 r,5 r,10 c 9 7 66w,1 5 3,2 8 eo jv 55 213,1 6,5 3,1 14vk 4 3,1 3 2 3 9,1 4 1r',
];

/**
 * The 159 marks of many scripts that end a line (datatrove 0.10.1, Apache-2.0, `utils/text.py`).
 * No quotation mark is among them.
 */
export const terminalPunctuation: RangeTable = [
  'x d h 11m 44,2 51 18,2 6v 1q 2 4,1 86,1 1d1,1 lz 5,1 li 5j,1 4e,2 3,1 15 6 8r,1 9v,3 4v,1 3,1',
  'u,1 59,1 1u,1 ql,1 a,2 2qt e n,1 by n3x 7j,1 6c 4 an,1 2f,1 2o 49,1 44,2 41,1 6y g9z 4,1 4q d h',
  '1u 25x,1 zi,4 19,3 5a,1 3a,3 3k,2 3m,1 7 h,1 2h,1 2,1 31 bm,1 ae,1 6,e 2y,1 6y,2 ee 2 70,1 2g,1',
  'bp,1 j9,1 23,1 eui,1 3q 1u,1 c no fev 5wp',
];

/** The 128 marks that end a sentence (spaCy 3.8.18, MIT, sentencizer defaults), all of them terminal. */
export const sentencePunctuation: RangeTable = [
  'x d h 11m 46 51 18,2 6v a3,1 1d1,1 lz 5,1 li 5j,1 5p 6 8r,1 9v,3 4v,1 3,1 64,1 1u,1 ql,1 a,2 2qt',
  'e cm n3x 7j,1 6c 4 an,1 2f,1 2o 49,1 44,2 41,1 6y g9z 4,1 4q d h 1u 25x,1 168,1 3a,3 3k,2 3m,1 7',
  'h,1 2h,1 2,1 31 bm,1 ae,1 6,e 2y,1 6y,2 lg,1 2g,1 bp,1 ffw,1 3q 1u,1 c g2j 5wp',
];
