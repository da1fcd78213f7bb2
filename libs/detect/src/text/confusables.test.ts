import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { canonicalise } from '../canonical.ts';
import { lookAlikesOf } from './confusables-table.ts';
import { foldConfusables } from './confusables.ts';

/** Names and words that are what they look like, though many of their letters look Latin. */
const real = [
  'сосна',
  'Анна',
  'Хрущёв',
  'Тарас Шевченко',
  'Ρόδος',
  'Νίκος',
  'Ναύπακτος',
  'Օհան',
  'Ꭳᏺ',
  'IT-специалист',
  'SMS-ка',
  'T恤',
  'Kırklareli',
  'Þórður',
  'ƒoɖe',
  'fɑːðər',
  'Dostoyevsky',
  'Tchaïkovski',
  '5 μm',
  'Δx',
];

describe('foldConfusables', () => {
  it('undoes words that mix Latin letters with look-alikes of any script of the standard', () => {
    assert.equal(foldConfusables('pаypаl'), 'paypal');
    assert.equal(foldConfusables('рroblеm ΤOKEN goօd ꓪords сafé'), 'problem TOKEN good Words café');
    // The standard has capital i under l, and m under rn.
    assert.equal(foldConfusables('Іndeed wеll cաd'), 'Indeed well cwd');
    assert.equal(foldConfusables('tһ℮m ɑnd ʜim'), 'them and him');
  });

  it('folds a look-alike under an accent, and keeps the accent', () => {
    assert.equal(foldConfusables('cliché'.replace('é', 'е\u0301').normalize('NFC')), 'cliché');
    assert.equal(foldConfusables('naїve'), 'naïve');
  });

  it('leaves real words of one script, of two scripts by hyphen, and of letters without a look-alike', () => {
    for (const text of real) {
      assert.equal(foldConfusables(text), text, text);
      assert.equal(canonicalise(`The word ${text} stands here.`), `The word ${text} stands here.`, text);
    }
  });

  it('folds words of look-alikes alone only where words in disguise outnumber other scripts', () => {
    const attacked = 'Ιt wаs а dаrk nіght аnd wе ѕо fеаrеd іt.';
    assert.equal(foldConfusables(attacked), 'It was a dark night and we so feared it.');
    const quoted = 'Не said "сосна" and "роса", not "pаypal".';
    assert.equal(foldConfusables(quoted), 'Не said "сосна" and "роса", not "paypal".');
  });

  it('knows every look-alike of its table inside a word', () => {
    for (const [latin, alike] of Object.entries(lookAlikesOf)) {
      for (const letter of alike) assert.equal(foldConfusables(`ab${letter}cd`), `ab${latin}cd`, letter);
    }
  });

  it('is idempotent on words of any letters', () => {
    const letter = fc.oneof(
      fc.constantFrom(...Object.values(lookAlikesOf).flatMap((alike) => Array.from(alike))),
      fc.constantFrom('a', 'e', 'B', ' ', 'ж', 'λ', 'é', '\u0301', '_', '7', 'ש'),
    );
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 40 }), (letters) => {
        const once = canonicalise(letters.join(''));
        assert.equal(canonicalise(once), once);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });
});
