import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lexicon } from '../text/lexicon.ts';
import { codePoints } from '../text/lines.ts';
import { wordsOf } from '../text/words.ts';
import { Findings } from './findings.ts';
import { judgeFineweb } from './fineweb.ts';
import { presets } from './preset.ts';

const lexicon = new Lexicon();

function judge(text: string): Findings {
  const findings = new Findings();
  judgeFineweb(
    text,
    wordsOf(text, lexicon).length,
    codePoints(text),
    presets['datatrove-0.10'].fineweb,
    findings,
  );
  return findings;
}

const five = (end: string): string =>
  ['one', 'two', 'three', 'four', 'five']
    .map((word) => `Line ${word} has more than thirty characters${end}`)
    .join('\n');

describe('FineWeb quality agrees with datatrove 0.10 (measured)', () => {
  const first: readonly (readonly [string, string, string | undefined])[] = [
    ['five long lines', five('.'), undefined],
    ['a straight quotation mark is no end', five('."'), 'line_punct_ratio'],
    ['nor is a curly one', five('.”'), 'line_punct_ratio'],
    ['a space hides the full stop', five('. '), 'line_punct_ratio'],
    ['an end mark of another script', five('။'), undefined],
    ['an end mark beyond the basic plane', five('𑁇'), undefined],
    ['nothing', '', 'empty'],
    ['blank lines', ' \n\t\n', 'empty'],
    ['30 characters are short', `${'abcdefghi '.repeat(3).slice(0, 29)}.`, 'short_line_ratio'],
    ['31 are not', `${'abcdefghi '.repeat(4).slice(0, 30)}.`, undefined],
    ['30 emoji are short', '😀'.repeat(30), 'line_punct_ratio'],
    ['a copied line', `${five('.')}\n${five('.')}`, 'char_dup_ratio'],
    ['many blank lines', five('.').replaceAll('\n', '\n'.repeat(10)), 'list_ratio'],
  ];
  for (const [name, text, reason] of first) {
    test(`${name}: ${reason ?? 'kept'}`, () => assert.equal(judge(text).failed[0], reason));
  }

  test('30 emoji are one short line, 31 are not: characters, not UTF-16 units', () => {
    assert.equal(judge('😀'.repeat(30)).ratios['short_line_ratio'], 1);
    assert.equal(judge('😀'.repeat(31)).ratios['short_line_ratio'], 0);
  });

  test('lines end at newlines only', () => {
    assert.equal(judge('No end\u2028here.').ratios['line_punct_ratio'], 1);
  });

  test('blank lines count as newlines', () => {
    assert.equal(judge('One two.\n\n\nThree four.').ratios['list_ratio'], 3 / 6);
  });
});
