import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lexicon } from '../text/lexicon.ts';
import { Words } from '../text/words.ts';
import { Findings } from './findings.ts';
import { judgeQuality } from './gopher-quality.ts';
import type { QualityThresholds } from './gopher-quality.ts';
import { presets } from './preset.ts';

const bounds = presets['datatrove-0.10'].quality;

function judge(text: string, thresholds: QualityThresholds = bounds): Findings {
  const words = new Words(new Lexicon());
  words.read(text);
  const findings = new Findings();
  judgeQuality(words, thresholds, findings);
  return findings;
}

const letters = (index: number): string =>
  String.fromCharCode(97 + (Math.floor(index / 26) % 26), 97 + (index % 26));
const filler = (count: number): string =>
  Array.from({ length: count }, (_, index) => `word${letters(index)}`).join(' ');
const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

describe('Gopher quality agrees with datatrove 0.10 (measured)', () => {
  const first: readonly (readonly [string, string, string | undefined])[] = [
    ['"the and" once each and 60 words', `the and ${filler(60)}`, undefined],
    ['"the" four times is one stop word', `the the the the ${filler(60)}`, 'gopher_enough_stop_words'],
    ['"The" is no stop word', `The and ${filler(60)}`, 'gopher_enough_stop_words'],
    ['30 lines starting *', lines(30, (i) => `* the and with word${letters(i)} word word word`), undefined],
    [
      '30 lines starting -',
      lines(30, (i) => `- the and with word${letters(i)} word word word`),
      'gopher_too_many_bullets',
    ],
    [
      '30 lines starting •',
      lines(30, (i) => `  • the and with word${letters(i)} word word word`),
      'gopher_too_many_bullets',
    ],
    [
      '30 lines ending …',
      lines(30, (i) => `the and with word${letters(i)} word…`),
      'gopher_too_many_ellipsis',
    ],
    ['the empty text', '', 'gopher_short_doc'],
    ['spaces', '   ', 'gopher_short_doc'],
    ['49 words', `the and ${filler(47)}`, 'gopher_short_doc'],
    ['50 words', `the and ${filler(48)}`, undefined],
    ['100,000 words', `the and ${filler(99_998)}`, undefined],
    ['100,001 words', `the and ${filler(99_999)}`, 'gopher_long_doc'],
    ['short words', `the and ${'ab '.repeat(60)}`, 'gopher_below_avg_threshold'],
    ['long words', `the and ${'abcdefghijklm '.repeat(60)}`, 'gopher_above_avg_threshold'],
    [
      'a hash per eight tokens',
      `the and ${'# word word word word word word word '.repeat(10)}`,
      'gopher_too_many_hashes',
    ],
    ['numbers', `the and ${'word 1234 '.repeat(30)}`, 'gopher_below_alpha_threshold'],
  ];
  for (const [name, text, reason] of first) {
    test(`${name}: ${reason ?? 'kept'}`, () => assert.equal(judge(text).failed[0], reason));
  }
});

describe('Gopher quality', () => {
  test('long lines ending in an ellipsis fail the line rule alone', () => {
    const text = lines(30, () => `the and with word word word word word word word word word word...`);
    assert.deepEqual(judge(text).failed, ['gopher_too_many_end_ellipsis']);
  });

  test('marks alone are tokens but no words, and weigh in the share of letters', () => {
    const { ratios } = judge('the and , , . .');
    assert.equal(ratios['gopher_short_doc'], 2);
    assert.equal(ratios['gopher_below_alpha_threshold'], 2 / 6);
  });

  test('a letter unknown to Unicode 14 is none: the verdict does not move with the engine', () => {
    // U+1C89 came with Unicode 16.0.
    assert.equal(judge('\u1c89').ratios['gopher_below_alpha_threshold'], 0);
    assert.equal(judge('é').ratios['gopher_below_alpha_threshold'], 1);
  });

  test('U+2028 parts lines, U+001F does not', () => {
    assert.equal(judge('- a\u2028b').ratios['gopher_too_many_bullets'], 0.5);
    assert.equal(judge('- a\u001fb').ratios['gopher_too_many_bullets'], 1);
  });

  test('what cannot be computed is not noted: no words, no mean', () => {
    assert.deepEqual(judge('').ratios, {
      gopher_short_doc: 0,
      gopher_long_doc: 0,
      gopher_enough_stop_words: 0,
    });
  });

  test('a bound of 0 switches a rule off', () => {
    assert.deepEqual(judge('', { ...bounds, wordsMin: 0, stopWordsMin: 0 }).failed, []);
  });

  test('a blank line at the end changes no value', () => {
    const text = `the and ${filler(60)}`;
    assert.deepEqual(judge(`${text}\n`).ratios, judge(text).ratios);
  });
});
