import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { characterClasses, classes } from './characters.ts';
import { forEachRange } from './ranges.ts';
import type { RangeTable } from './ranges.ts';
import {
  iconSymbols,
  listedPunctuation,
  lowerLetters,
  pythonLetters,
  sentencePunctuation,
  terminalPunctuation,
  unicodePunctuation,
  upperLetters,
  whiteSpace,
  wordLetters,
} from './tables/characters.ts';

function codesOf(table: RangeTable): number[] {
  const codes: number[] = [];
  forEachRange(table, (first, last) => {
    for (let code = first; code <= last; code += 1) codes.push(code);
  });
  return codes;
}

const sha256 = (codes: readonly number[]): string =>
  createHash('sha256').update(codes.join(',')).digest('hex');

const has = (character: string, bit: number): boolean =>
  ((characterClasses[character.codePointAt(0) ?? 0] ?? 0) & bit) !== 0;

describe('character sets are those of the tools they are named after', () => {
  // SHA-256 over the decimal code points, rising, joined by commas; made with datatrove 0.10.1,
  // spaCy 3.8.18 and Python 3.11.7 (Unicode 14.0.0).
  const golden: readonly (readonly [string, RangeTable, number, string])[] = [
    ['29 white space', whiteSpace, 29, '72102a6bc5df9e1d29951051564a66352369b92194327b919b537f6986879c30'],
    [
      '129 listed marks',
      listedPunctuation,
      129,
      'fa2cc9b8d09437b55795668e3db545482be64ca99f37080fc3a1c6109565e0ee',
    ],
    [
      '159 terminal marks',
      terminalPunctuation,
      159,
      'b9349799b67605e9b98165946fe13d84decf4fa9ade41782bdbff7238d68a0a7',
    ],
    [
      '128 sentence ends',
      sentencePunctuation,
      128,
      '237410df56336a6f576fd80130760dfdd6882ec4e4442e4e5348f56d9ce7765f',
    ],
    ['isalpha', pythonLetters, 131_756, 'c379761c9d0075fc6a428dad5b9f0b981d8c8ec9e0d44d7211423154ff73c4b5'],
    [
      'category P',
      unicodePunctuation,
      819,
      '47cba4394f6d4b8a1ca9795ec7702d1b8c786bc9ed139fbe38ed21bba7146d15',
    ],
    [
      'tokenizer letters',
      wordLetters,
      105_724,
      'fa87df35f491641714e2597dd4569a7c3149065e826af853b5ba1abaa2a4025e',
    ],
    [
      'tokenizer lower',
      lowerLetters,
      105_177,
      '67d701cac5b3b7e4213326f241e0428754328625b1d25cab8993cdb83125707e',
    ],
    [
      'tokenizer upper',
      upperLetters,
      104_939,
      'e3cb8d39a63fc1f471efb5648eec9da7613a92395b3288983a323df96fb40662',
    ],
    [
      'tokenizer icons',
      iconSymbols,
      5_984,
      '27def7ee71303f959af011c74d6e9aacceb549d08db8383947453f44af44e16c',
    ],
  ];
  for (const [name, table, size, hash] of golden) {
    test(name, () => {
      const codes = codesOf(table);
      assert.equal(codes.length, size);
      assert.equal(sha256(codes), hash);
    });
  }

  test('the 281 punctuation characters are the listed and the terminal ones together', () => {
    const codes = [...characterClasses.keys()].filter(
      (code) => (characterClasses[code] ?? 0) & classes.punctuation,
    );
    assert.equal(codes.length, 281);
    assert.equal(sha256(codes), 'cc4bff7c9448fa5f5b613693feb766a647799b25888e835797a0d22c8a5cb538');
  });

  test('every sentence end is terminal; a full-width one and an ellipsis are punctuation, a bullet is not', () => {
    const terminal = new Set(codesOf(terminalPunctuation));
    assert.ok(codesOf(sentencePunctuation).every((code) => terminal.has(code)));
    for (const mark of ['１', '…', '\u007f', '\u0000']) assert.ok(has(mark, classes.punctuation));
    for (const other of [' ', '\t', '\n', '•']) assert.ok(!has(other, classes.punctuation));
  });

  test('the ten line separators are white space; U+001F is white space only, U+FEFF neither', () => {
    const separators = [...characterClasses.keys()].filter(
      (code) => (characterClasses[code] ?? 0) & classes.lineEnd,
    );
    assert.deepEqual(separators, [0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029]);
    assert.ok(separators.every((code) => (characterClasses[code] ?? 0) & classes.space));
    assert.equal(characterClasses[0x1f] ?? 0, classes.space | classes.punctuation);
    assert.equal((characterClasses[0xfeff] ?? 0) & classes.space, 0);
  });
});
