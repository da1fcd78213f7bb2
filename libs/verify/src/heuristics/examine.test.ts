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

  test('a text of nothing has one named verdict', () => {
    for (const text of ['', ' ', '\n', '\u00a0\u2028\u001f']) {
      assert.deepEqual(examine(text, preset), { ratios: {}, failed: ['empty'], tokens: 0 });
    }
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
    assert.deepEqual(keptLines, [20, 22, 24, 26]);
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
  // Each is 0.3 to 1 MB and takes well under a second; anything quadratic would take minutes.
  const hostile: { readonly [name: string]: string } = {
    'a run of emoji': '😀'.repeat(250_000),
    'opening brackets': '('.repeat(300_000),
    'one word of 1 MB': 'x'.repeat(1_000_000),
    '10^5 equal lines': 'the same line here\n'.repeat(100_000).slice(0, -1),
    '10^5 distinct words': Array.from({ length: 100_000 }, (_, index) => `w${index}`).join(' '),
    'an address that never ends': `http://${'a.'.repeat(300_000)}`,
    'at signs': 'a@'.repeat(300_000),
    'citations that never close': '[1'.repeat(300_000),
    faces: ':)'.repeat(100_000),
    apostrophes: "'".repeat(200_000),
    'full stops and letters': '..a'.repeat(100_000),
    hyphens: 'a-'.repeat(200_000),
    // Collides under every polynomial hash modulo a power of two.
    'the Thue-Morse word': Array.from({ length: 300_000 }, (_, index) =>
      bitsOf(index) % 2 === 0 ? 'a' : 'b',
    ).join(''),
  };
  for (const [name, text] of Object.entries(hostile)) {
    test(name, () => {
      const start = process.cpuUsage();
      const { failed } = examine(text, preset);
      const { user, system } = process.cpuUsage(start);
      assert.ok(failed.length > 0);
      assert.ok(user + system < 5_000_000, `${(user + system) / 1000} ms of CPU`);
    });
  }
});

function bitsOf(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest &= rest - 1) count += 1;
  return count;
}
