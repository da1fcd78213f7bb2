import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { examine } from './examine.ts';
import { presets } from './preset.ts';

const preset = presets['datatrove-0.10'];

const prose = [
  'The river rose in the night, and by morning the lower fields had turned to a brown lake. My uncle stood at the gate with his hands in his pockets.',
  'He said that nobody had seen water like this since the winter when the old mill went. We believed him, because he had been born in the house.',
  "Later we carried chairs up to the attic, two at a time, and my sister counted them aloud. It was her way to have something to do; she didn't want to look outside.",
  'When the rain stopped at last, a heron walked across the yard as if it had always lived there.',
].join('\n\n');

describe('examine', () => {
  test('plain prose passes every rule of the FineWeb chain', () => {
    const { failed, tokens, keptLines } = examine(prose, preset);
    assert.deepEqual(failed, []);
    assert.equal(tokens, 124);
    assert.equal(keptLines, undefined);
  });

  test('a text of nothing fails as in datatrove, and no value is made up for it', () => {
    assert.deepEqual(examine('', preset), {
      ratios: {
        gopher_short_doc: 0,
        gopher_long_doc: 0,
        gopher_enough_stop_words: 0,
        lorem_ipsum: 0,
        curly_bracket: 0,
        too_few_sentences: 0,
      },
      failed: ['empty', 'gopher_short_doc', 'gopher_enough_stop_words', 'too_few_sentences'],
      tokens: 0,
      keptLines: undefined,
    });
    // Measured: " " passes repetition, "\\n" is two empty lines, the second a copy.
    assert.equal(examine(' ', preset).failed[0], 'gopher_short_doc');
    assert.equal(examine('\n', preset).failed[0], 'dup_line_frac');
  });

  test('every failing rule is listed, in the order repetition, quality, C4, FineWeb', () => {
    assert.deepEqual(examine('Buy now\nBuy now', preset).failed, [
      'dup_line_frac',
      'dup_line_char_frac',
      'top_2_gram',
      'top_3_gram',
      'top_4_gram',
      'gopher_short_doc',
      'gopher_enough_stop_words',
      'too_few_sentences',
      'line_punct_ratio',
      'short_line_ratio',
      'char_dup_ratio',
    ]);
  });

  test('FineWeb judges what C4 leaves: a menu above the text does no harm, and is named', () => {
    const menu = Array.from({ length: 20 }, (_, index) => `Item ${String.fromCharCode(65 + index)}`);
    const { failed, ratios, keptLines } = examine(`${menu.join('\n')}\n${prose}`, preset);
    assert.equal(ratios['short_line_ratio'], 0);
    assert.ok(!failed.includes('short_line_ratio'));
    assert.deepEqual(keptLines, [
      [20, 21],
      [22, 23],
      [24, 25],
      [26, 27],
    ]);
  });

  test('all values are finite numbers, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(fc.constantFrom('a', '.', '…', '#', ' ', '\n', '{', '[1]', '😀', 'the'), { maxLength: 80 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (text) => {
        const { ratios, failed } = examine(text, preset);
        assert.ok(Object.values(ratios).every(Number.isFinite));
        assert.equal(new Set(failed).size, failed.length);
        assert.ok(failed.every((rule) => rule === 'empty' || rule in ratios));
      }),
      { numRuns: 300 },
    );
  });

  test('the same text gives the same bytes whatever was examined before', () => {
    const before = JSON.stringify(examine(prose, preset));
    fc.assert(
      fc.property(fc.string(), (other) => void examine(other, preset)),
      { numRuns: 50 },
    );
    examine(Array.from({ length: 80_000 }, (_, index) => `w${index}`).join(' '), preset);
    assert.equal(JSON.stringify(examine(prose, preset)), before);
  });
});

describe('examine takes linear time', () => {
  // Four times the text may take eight times as long before a test fails; quadratic would be sixteen.
  const hostile: { readonly [name: string]: (size: number) => string } = {
    'a run of emoji': (size) => '😀'.repeat(size / 2),
    'opening brackets': (size) => '('.repeat(size),
    'one word without a space': (size) => 'x'.repeat(size),
    'equal lines': (size) => 'the same line here\n'.repeat(size / 19),
    'distinct words': (size) => Array.from({ length: size / 6 }, (_, index) => `w${index}`).join(' '),
    'an address that never ends': (size) => `http://${'a.'.repeat(size / 2)}`,
    'at signs': (size) => 'a@'.repeat(size / 2),
    'citations that never close': (size) => '[1'.repeat(size / 2),
    faces: (size) => ':)'.repeat(size / 2),
    'faces beside each other': (size) => 'a:) '.repeat(size / 4),
    apostrophes: (size) => "'".repeat(size),
    'full stops': (size) => '.'.repeat(size),
    'full stops and letters': (size) => '..a'.repeat(size / 3),
    hyphens: (size) => 'a-'.repeat(size / 2),
    'Chinese without a space': (size) => '港口很安静'.repeat(size / 5),
    // Collides under every polynomial hash modulo a power of two.
    'the Thue-Morse word': (size) =>
      Array.from({ length: size }, (_, index) => (bitsOf(index) % 2 === 0 ? 'a' : 'b')).join(''),
  };
  const judged = [preset, presets['fineweb2/de'], presets['fineweb2/zh'], presets.dclm];
  for (const [name, make] of Object.entries(hostile)) {
    test(name, () => {
      const [small, large] = [make(20_000), make(80_000)];
      for (const each of judged) {
        // Another beginning each time: a word that the lexicon knows already costs nothing.
        const milliseconds = (text: string): number =>
          Math.min(
            ...[1, 2, 3].map((run) => cpuMilliseconds(() => examine(`${'q'.repeat(run)}${text}`, each))),
          );
        const [few, many] = [milliseconds(small), milliseconds(large)];
        assert.ok(many < 8 * few + 40, `${each.name}: ${few} ms for 20 k, ${many} ms for 80 k`);
        assert.ok(many < 750, `${each.name}: ${many} ms of CPU for 80 k`);
      }
    });
  }
});

test('a megabyte without a space, of brackets or of emoji, and 10⁵ equal lines stay below 3 s of CPU per MB', () => {
  for (const text of [
    'x'.repeat(1_000_000),
    '('.repeat(1_000_000),
    '😀'.repeat(500_000),
    'one of so many equal lines\n'.repeat(100_000),
    '港口很安静龘靐'.repeat(48_000),
  ]) {
    for (const each of [preset, presets['fineweb2/zh']]) {
      const perMegabyte = cpuMilliseconds(() => examine(text, each)) / (Buffer.byteLength(text) / 1e6);
      assert.ok(perMegabyte < 3000, `${each.name}, ${text.slice(0, 4)}: ${perMegabyte} ms per MB`);
    }
  }
});

function cpuMilliseconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function bitsOf(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest &= rest - 1) count += 1;
  return count;
}
