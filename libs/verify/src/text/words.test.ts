import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Lexicon } from './lexicon.ts';
import { Words, wordsOf } from './words.ts';

const lexicon = new Lexicon();

function read(text: string): Words {
  const words = new Words(lexicon);
  words.read(text);
  return words;
}

function linesOf(text: string): readonly string[] {
  const { lineCount, lineStart, lineEnd } = read(text);
  return Array.from({ length: lineCount }, (_, line) => text.slice(lineStart[line], lineEnd[line]));
}

const pieces = [
  'a',
  'b.',
  "don't",
  '😀',
  ' ',
  '  ',
  '\n',
  '\r',
  '\r\n',
  '\u2028',
  '\u001c',
  '\u001f',
  '\u00a0',
];
const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(''));

describe('Words', () => {
  test('white space of every kind parts words and is no word', () => {
    assert.deepEqual(wordsOf('a  b\tc\nd\u00a0e\u3000f', lexicon), ['a', 'b', 'c', 'd', 'e', 'f']);
    assert.deepEqual(wordsOf(' \n', lexicon), []);
    assert.deepEqual(wordsOf('IS_ALPHA and IS_ALPHA', lexicon), ['IS_ALPHA', 'and', 'IS_ALPHA']);
  });

  test('lines are those of str.splitlines: ten separators, CR LF as one, no empty last line', () => {
    assert.deepEqual(
      linesOf('a\nb\u000bc\fd\re\u001cf\u001dg\u001eh\u0085i\u2028j\u2029'),
      Array.from('abcdefghij'),
    );
    assert.deepEqual(linesOf('a\r\n\r\nb\n\r'), ['a', '', 'b', '']);
    assert.deepEqual(linesOf('a\u001fb'), ['a\u001fb']);
    assert.deepEqual(linesOf(''), []);
    assert.deepEqual(linesOf('\n'), ['']);
  });

  test('lines agree with plain replacing and splitting on any mixture of separators', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let unified = text.replaceAll('\r\n', '\n');
        for (const mark of '\v\f\r\u001c\u001d\u001e\u0085\u2028\u2029')
          unified = unified.replaceAll(mark, '\n');
        const expected = unified.split('\n');
        if (expected.at(-1) === '') expected.pop();
        assert.deepEqual(linesOf(text), expected);
      }),
    );
  });

  test('each line has its own words: their numbers are those of the line alone', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const words = read(text);
        linesOf(text).forEach((line, number) => {
          const from = words.lineToken[number] ?? 0;
          const to = number + 1 < words.lineCount ? words.lineToken[number + 1] : words.count;
          const alone = read(line);
          assert.deepEqual(words.ids.slice(from, to), alone.ids.slice(0, alone.count));
        });
      }),
    );
  });

  test('length is in code points; a word of 1,001 characters marks its line, one of 1,000 does not', () => {
    assert.equal(read('😀 é').length, 3);
    const words = read(`${'x'.repeat(1000)}\n${'x'.repeat(1001)}\n${'😀'.repeat(1000)}`);
    assert.deepEqual(words.lineHasLongWord.slice(0, 3), Uint8Array.of(0, 1, 0));
  });

  test('what was read before does not matter', () => {
    fc.assert(
      fc.property(texts, texts, (before, text) => {
        const used = new Lexicon();
        wordsOf(before, used);
        assert.deepEqual(wordsOf(text, used), wordsOf(text, new Lexicon()));
      }),
    );
  });

  test('the lexicon forgets when it is full and goes on', () => {
    const full = new Lexicon();
    const many = Array.from({ length: 70_000 }, (_, index) => `w${index}`);
    assert.equal(wordsOf(many.join(' '), full).length, 70_000);
    full.settle();
    assert.deepEqual(wordsOf("I can't go.", full), ['I', 'ca', "n't", 'go', '.']);
    assert.equal(full.chunkFirst.length, 1024);
  });
});
