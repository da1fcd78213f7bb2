import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { codePoints, occurrences, splitAtNewlines, strip } from './lines.ts';

describe('text by Python rules', () => {
  test('strip takes the 29 white-space characters, and leaves U+FEFF alone', () => {
    assert.equal(strip(' \u0085\u001c\u001f\u2028\u3000x\u00a0\t'), 'x');
    assert.equal(strip('\ufeffx'), '\ufeffx');
    assert.equal(strip(' \n'), '');
  });

  test('length counts code points, also of lone surrogates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        assert.equal(codePoints(text), Array.from(text).length),
      ),
    );
    assert.equal(codePoints('\ud83d\ud83d\ude00\ude00'), 3);
  });

  test('occurrences do not overlap', () => {
    assert.equal(occurrences('.......', '...'), 2);
    assert.equal(occurrences('', '#'), 0);
  });

  test('splitting at newlines keeps the empty ends, as a regular expression does', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', '\n', '\n\n', ' ')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        assert.deepEqual(splitAtNewlines(text, 1), text.split(/\n+/u));
        assert.deepEqual(splitAtNewlines(text, 2), text.split(/\n{2,}/u));
      }),
    );
  });
});
