import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { simplifyText } from './simplify.ts';

describe('datatrove 0.10.1 `simplify_text`', () => {
  test('gives the same for every code point: alone, about a capital sigma, and between digits', () => {
    const digest = createHash('sha256');
    for (let code = 0; code <= 0x10ffff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      const texts = [`x${character}`, `aΣ${character}b`, `${character}Σ ${character}`, `12${character}3`];
      digest.update(`${texts.map(simplifyText).join('|')}\n`);
    }
    // Of the same lines as datatrove 0.10.1 writes them on Python 3.11.7 with regex 2026.11.19.
    assert.equal(digest.digest('hex'), '4be2d958f566003a5e0bfb586e712b9594748be57b404f8a78408a855107b227');
  });

  // Printed by datatrove 0.10.1 on Python 3.11.7.
  const printed: readonly (readonly [text: string, simple: string])[] = [
    ['  Two\t words\u2028and a  gap ', 'two words and a gap'],
    ['1.2.3.4 and 1,000.5 and 7.', '0 0 and 0 0 and 0'],
    ['٣٫٥ १२३ １２３', '0 0 0'],
    ['1|2|3 -> 000', '0 0 0 0'],
    ['it’s “quoted” — so', 'it s quoted so'],
    ['ΟΔΟΣ Σ ΣΑΣ', 'οδος σ σας'],
    ['İ', 'i'],
    ['1\u03012', '00'],
    ['a \u0301 b', 'a  b'],
    ['\u0301 a \u0301', 'a'],
    ['\u302e\u0301\u1715', '\u1715\u302e'],
    ['\u302e\u0901\u1715', '\u302e\u1715'],
    ['\ufeff a \u1715', '\ufeff a \u1715'],
    ['한', '\u1112\u1161\u11ab'],
  ];
  for (const [text, simple] of printed) {
    test(`${JSON.stringify(text)} becomes ${JSON.stringify(simple)}`, () => {
      assert.equal(simplifyText(text), simple);
    });
  }
});

test('a letter with its accents is the same composed and decomposed', () => {
  const letters = fc.constantFrom(...Array.from('aZ éÅñçøİΆώйЁ각ạ̈がपि'));
  fc.assert(
    fc.property(fc.string({ unit: letters }), (text) => {
      assert.equal(simplifyText(text.normalize('NFC')), simplifyText(text.normalize('NFD')));
    }),
  );
});

test('lone surrogates go through', () => {
  assert.equal(simplifyText('A\ud800 \udc00B'), 'a\ud800 \udc00b');
});
