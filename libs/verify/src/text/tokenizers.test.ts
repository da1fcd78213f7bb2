import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lexicon } from './lexicon.ts';
import { tokenizers, versionedName } from './tokenizers.ts';
import type { TokenizerName } from './tokenizers.ts';
import { wordsOf } from './words.ts';

const cut = (name: TokenizerName, text: string): string =>
  wordsOf(text, new Lexicon({ splitter: tokenizers[name]() })).join(' | ');

describe('words are those of blank spaCy (measured with 3.8.18 through datatrove 0.10.1)', () => {
  const golden: readonly (readonly [TokenizerName, string, string])[] = [
    ['spacy-3.8-en', 'see :) :)) x', 'see | :) | :)) | x'],
    ['spacy-3.8-en', 'he said:) (ok', 'he | said | :) | ( | ok'],
    // Over a single space too a special case is looked for: `]=` is found first and keeps `=[` apart.
    ['spacy-3.8-en', 'a] =[b', 'a | ] | = | [ | b'],
    ['spacy-3.8-en', 'a]  =[b', 'a | ] | =[ | b'],
    ['spacy-3.8-en', '] =[', '] | =['],
    ['spacy-3.8-en', 'a(: (:b', 'a | (: | ( | : | b'],
    ['spacy-3.8-en', 'IS_PUNCT ORTH', 'IS_PUNCT | ORTH'],
    ['spacy-3.8-en', 'example.com:٨٠ 1٣.2.3.4', 'example.com:٨٠ | 1٣.2.3.4'],
    ['spacy-3.8-en', 'münchen.de x.𠀀𠀀', 'münchen.de | x.𠀀𠀀'],
    [
      'spacy-3.8-de',
      "z.B. der Haus(es) und/oder ``so'' 3-4 Mio. €",
      "z.B. | der | Haus | ( | es | ) | und | / | oder | `` | so | '' | 3 | - | 4 | Mio. | €",
    ],
    ['spacy-3.8-de', "Schmidt's, usw.", "Schmidt's | , | usw."],
    [
      'spacy-3.8-fr',
      "l'eau d’un porte-monnaie aujourd'hui dit-il, c.-à-d. rendez-vous 20 %",
      "l' | eau | d’ | un | porte-monnaie | aujourd'hui | dit | -il | , | c.-à | - | d. | rendez-vous | 20 | %",
    ],
    [
      'spacy-3.8-es',
      '¿Qué? ¡Hola! p.m. EE.UU. 20 % el/la Sr. García—dijo',
      '¿ | Qué | ? | ¡ | Hola | ! | p.m | . | EE.UU. | 20 | % | el | / | la | Sr. | García—dijo',
    ],
    [
      'spacy-3.8-ar',
      'كان الميناء هادئًا، عندما وصلت (القوارب) 20 كم د. سعيد؟',
      'كان | الميناء | هادئًا | ، | عندما | وصلت | ( | القوارب | ) | 20 | كم | د. | سعيد | ؟',
    ],
  ];
  for (const [name, text, words] of golden)
    test(`${name}: ${text}`, () => assert.equal(cut(name, text), words));
});

describe('other tokenizers', () => {
  test('a long chunk is cut as a short one, though a pattern sees only its ends', () => {
    for (const name of ['spacy-3.8-de', 'spacy-3.8-fr', 'spacy-3.8-es', 'spacy-3.8-ar'] as const) {
      const long = `(${'x'.repeat(500)}…${'.'.repeat(80)}`;
      assert.equal(cut(name, long), `( | ${'x'.repeat(500)} | … | ${'.'.repeat(80)}`, name);
      assert.equal(
        cut(name, `${'.'.repeat(80)}a`)
          .split(' | ')
          .at(-1),
        'a',
        name,
      );
    }
  });

  test('the name of the engine’s words says its version, for they move with it', () => {
    assert.match(versionedName('icu'), /^icu-\d+\.\d+$/u);
    assert.equal(versionedName('jieba-0.42'), 'jieba-0.42');
    assert.equal(versionedName('spacy-3.8-en'), 'spacy-3.8-en');
  });

  test('UAX #29 keeps contractions and numbers whole', () => {
    assert.equal(cut('icu', "don't stop-now, 3.5"), "don't | stop | - | now | , | 3.5");
  });
});
