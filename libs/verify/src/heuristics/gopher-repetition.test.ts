import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lexicon } from '../text/lexicon.ts';
import { Words } from '../text/words.ts';
import { Findings } from './findings.ts';
import { judgeRepetition } from './gopher-repetition.ts';
import type { RepetitionThresholds } from './gopher-repetition.ts';
import { Ngrams } from './ngrams.ts';
import { presets } from './preset.ts';

const bounds = presets['datatrove-0.10'].repetition;

function judge(text: string, thresholds: RepetitionThresholds = bounds): Findings {
  const words = new Words(new Lexicon());
  words.read(text);
  const findings = new Findings();
  judgeRepetition(words, new Ngrams(), thresholds, findings);
  return findings;
}

const distinct = (count: number): string =>
  Array.from(
    { length: count },
    (_, index) => `word${String.fromCharCode(97 + (index % 26), 97 + index / 26)}`,
  ).join(' ');

const lines = (copies: number): string =>
  [...Array.from({ length: copies + 1 }, () => 'same'), distinct(40)].join('\n');

describe('Gopher repetition agrees with datatrove 0.10 (measured)', () => {
  test('every number of a text that repeats itself', () => {
    const text =
      'The cat sat on the mat. The cat sat on the rug.\nThe cat sat on the mat. A dog ran off at once.\n\n' +
      'The cat sat on the mat. The cat sat on the rug.\n';
    assert.equal(text.length, 144);
    const { ratios } = judge(text);
    assert.deepEqual(ratios, {
      dup_para_frac: 0,
      dup_para_char_frac: 0,
      dup_line_frac: 1 / 4,
      dup_line_char_frac: 47 / 144,
      top_2_gram: 35 / 144,
      top_3_gram: 55 / 144,
      top_4_gram: 70 / 144,
      duplicated_5_n_grams: 51 / 144,
      duplicated_6_n_grams: 45 / 144,
      duplicated_7_n_grams: 54 / 144,
      duplicated_8_n_grams: 19 / 144,
      duplicated_9_n_grams: 24 / 144,
      duplicated_10_n_grams: 27 / 144,
    });
  });

  const first: readonly (readonly [string, string, string | undefined])[] = [
    ['a single space', ' ', undefined],
    ['a newline is two empty lines', '\n', 'dup_line_frac'],
    ['one word has no 2-gram', 'one', undefined],
    ['two words', 'one two', 'top_2_gram'],
    ['three words', 'Hello world again', 'top_2_gram'],
    ['a line between two newlines', `\n${distinct(10)}\n`, 'dup_line_frac'],
    ...[12, 16].map((count) => [`${count} distinct words`, distinct(count), 'top_3_gram'] as const),
    ...[17, 20].map((count) => [`${count} distinct words`, distinct(count), 'top_4_gram'] as const),
    ...[25, 30, 60].map((count) => [`${count} distinct words`, distinct(count), undefined] as const),
  ];
  for (const [name, text, reason] of first) {
    test(`${name}: ${reason ?? 'kept'}`, () => assert.equal(judge(text).failed[0], reason));
  }
});

describe('Gopher repetition', () => {
  test('a share equal to its bound passes, one above fails', () => {
    const exact = { ...bounds, duplicateLines: 1 / 3 };
    assert.ok(!judge(lines(1), exact).failed.includes('dup_line_frac'));
    assert.ok(judge(lines(2), exact).failed.includes('dup_line_frac'));
  });

  test('a bound of 0 switches a rule off, and its value is still measured', () => {
    const off = judge('\n', { ...bounds, duplicateLines: 0 });
    assert.deepEqual(off.failed, []);
    assert.equal(off.ratios['dup_line_frac'], 0.5);
  });

  test('characters are code points: emoji give the shares that letters give', () => {
    assert.deepEqual(
      judge('😀😀 x\n😀😀 x\ny').ratios['dup_line_char_frac'],
      judge('aa x\naa x\ny').ratios['dup_line_char_frac'],
    );
  });

  test('doubling a text raises the share of copied lines and paragraphs', () => {
    const once = `${distinct(30)}\n\n${distinct(29)}.`;
    const twice = judge(`${once}\n\n${once}`);
    assert.equal(judge(once).ratios['dup_para_frac'], 0);
    assert.equal(twice.ratios['dup_para_frac'], 0.5);
    assert.ok(twice.failed.includes('dup_line_char_frac'));
  });
});
