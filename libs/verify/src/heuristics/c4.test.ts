import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lexicon } from '../text/lexicon.ts';
import { Words, wordsOf } from '../text/words.ts';
import { judgeC4 } from './c4.ts';
import type { C4Thresholds, C4View } from './c4.ts';
import { Findings } from './findings.ts';
import { presets } from './preset.ts';

const chain: C4Thresholds = presets['datatrove-0.10'].c4;
const withEndMarks: C4Thresholds = { ...chain, endMarks: '.?!"\'' };
const lexicon = new Lexicon();

function judge(
  text: string,
  thresholds: C4Thresholds = withEndMarks,
): C4View & Pick<Findings, 'failed' | 'ratios'> {
  const words = new Words(lexicon);
  words.read(text);
  const findings = new Findings();
  return {
    ...judgeC4(words, new Words(lexicon), thresholds, findings),
    failed: findings.failed,
    ratios: findings.ratios,
  };
}

const good = [
  'This is the first line.',
  'Here is the second one.',
  'A third line follows.',
  'The fourth is here.',
  'We end with five.',
];
const page = (line: string): string => [...good, line].join('\n');
const kept = good.join('\n');

describe('C4 agrees with datatrove 0.10 on a line after five good ones (measured)', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{ not ended', kept],
    ['It ends in a sign…', kept],
    ['It goes on and on...', kept],
    ['It was so very cold. [3]', kept],
    ['I said so.[3]', `${kept}\nI said so.`],
    ['It was [3] so very cold.', `${kept}\nIt was  so very cold.`],
    ['Only [12] two.', `${kept}\nOnly  two.`],
    ['It matches in Arabic.[٣]', `${kept}\nIt matches in Arabic.`],
    ["She said 'so it was'", `${kept}\nShe said 'so it was'`],
    ['Two words.', kept],
    ['Please enable JavaScript to go on.', kept],
    ['We have a privacy policy for you.', kept],
    [`A word of ${'x'.repeat(1001)} letters.`, kept],
    [`A word of ${'😀'.repeat(1000)} letters.`, `${kept}\nA word of ${'😀'.repeat(1000)} letters.`],
    ['One more line.\u2028Another line here.', `${kept}\nOne more line.\nAnother line here.`],
  ];
  for (const [line, view] of cases) {
    test(JSON.stringify(line.slice(0, 40)), () => {
      const judged = judge(page(line));
      assert.deepEqual(judged.failed, []);
      assert.equal(judged.text, view);
      assert.equal(judged.tokens, wordsOf(view, lexicon).length);
    });
  }

  test('a brace in a line that would stay fails the page, which keeps its text', () => {
    const text = page('{ ended in a brace.');
    const judged = judge(text);
    assert.deepEqual(judged.failed, ['curly_bracket']);
    assert.equal(judged.text, text);
    assert.equal(judged.keptLines, undefined);
  });

  test('lorem ipsum fails the page, in any case', () => {
    assert.deepEqual(judge(page('Here is Lorem Ipsum text.')).failed, ['lorem_ipsum']);
  });

  test('four sentences are too few, five are enough', () => {
    assert.deepEqual(judge(good.slice(0, 4).join('\n')).failed, ['too_few_sentences']);
    assert.deepEqual(judge(kept).failed, []);
    assert.deepEqual(judge('One is here. Two is here. Three is. Four is. Five is.').failed, []);
  });
});

describe('C4', () => {
  test('the FineWeb chain does not ask for end marks', () => {
    assert.equal(judge(page('no end mark here'), chain).text, page('no end mark here'));
    assert.equal(judge(page('no end mark here')).text, kept);
  });

  test('lines left out are named by those that stay; blank lines are not worth naming', () => {
    assert.deepEqual(judge(`Home\n${kept}`).keptLines, [[1, 6]]);
    assert.equal(judge(good.join('\n\n')).keptLines, undefined);
    assert.equal(judge(good.join('\n\n')).text, kept);
  });

  test('a phrase that only the removal of a citation joins is found', () => {
    assert.equal(judge(page('Please enable java[1]script to go on.')).text, kept);
  });

  test('bounds below one switch the counts off', () => {
    assert.deepEqual(judge('word', { ...chain, lineWordsMin: -1, sentencesMin: -1 }).failed, []);
  });

  test('lines left out are counted by the rule that left them out, under the names of datatrove', () => {
    const lines = [
      'no mark',
      'Two words.',
      'Enable JavaScript now.',
      'See our privacy policy.',
      `${'x'.repeat(1001)}.`,
    ];
    const { ratios } = judge([...good, ...lines].join('\n'));
    const counts = ['no_terminal_punc', 'too_few_words', 'javascript', 'policy', 'too_long_word'];
    assert.deepEqual(
      counts.map((rule) => ratios[rule]),
      [1, 1, 1, 1, 1],
    );
  });
});
