import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { canonicalise } from '../canonical.ts';
import { attack, attackNames, isUndone } from './attacks.ts';
import { lookAlikes } from './look-alikes.ts';

const text =
  'However, the keeper of an old house wrote 1984 in the book. It provides many important results. ' +
  'Nobody understood why they were numbered 27 and 3150. Is that a problem? The children helped him, ' +
  'and a year later the answer was found. Perhaps reading between those lines could have explained everything.';

describe('attack', () => {
  test('every edit changes the text, and the same seed makes the same edit', () => {
    for (const name of attackNames) {
      assert.notEqual(attack(name, text, 'a'), text, name);
      assert.equal(attack(name, text, 'a'), attack(name, text, 'a'), name);
      assert.notEqual(attack(name, text.repeat(4), 'a'), attack(name, text.repeat(4), 'b'), name);
    }
  });

  test('the canonical form undoes what no reader sees', () => {
    for (const name of attackNames.filter(isUndone)) {
      const undone = canonicalise(attack(name, text, 'a')).split(' ');
      const clean = canonicalise(text).split(' ');
      assert.equal(undone.length, clean.length, name);
      const left = undone.filter((word, i) => word !== clean[i]);
      assert.deepEqual(left, [], name);
    }
  });

  test('the canonical form does not undo what changes words', () => {
    for (const name of attackNames.filter((one) => !isUndone(one))) {
      assert.notEqual(canonicalise(attack(name, text, 'a')), canonicalise(text), name);
    }
  });

  test('the two alphabets have no character in common and none of ASCII', () => {
    const [one, other] = [Object.values(lookAlikes.cyrillic), Object.values(lookAlikes.other)];
    assert.deepEqual(
      one.filter((character) => new Set<string>(other).has(character)),
      [],
    );
    for (const character of [...one, ...other]) assert.ok(character > '\u007f');
  });

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...attackNames), (any, name) => {
        assert.equal(typeof attack(name, any, 's'), 'string');
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
