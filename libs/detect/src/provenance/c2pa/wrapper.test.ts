import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { paddedLength, selectors, wrap } from './sign.fixture.ts';
import { findWrapper } from './wrapper.ts';

describe('the text wrapper', () => {
  test('is read as the reference implementation writes it', () => {
    // `unstructured_embed` / `ascii_small` of golden/vectors.json, github.com/encypherai/c2pa-text.
    const golden =
      '68656c6c6f20776f726c64efbbbff3a084b3f3a084a2f3a08580f3a084b1f3a08584f3a08588f3a08584efb880' +
      'efb881efb880efb880efb880efb884f3a0878ef3a0869df3a086aef3a0879f';
    const text = Buffer.from(golden, 'hex').toString('utf8');
    const found = findWrapper(text);
    assert.equal(Buffer.from(found?.manifest ?? []).toString('hex'), 'deadbeef');
    assert.equal(found?.start, 'hello world'.length);
    assert.equal(found?.end, text.length);
  });

  test('gives back any store, at any place, and ends after the padding of the specification', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.string(), fc.string(), (store, before, after) => {
        const wrapper = wrap(Buffer.from(store));
        assert.equal(Buffer.byteLength(wrapper), 3 + (13 + store.length) * 4 + 6);
        assert.equal(paddedLength(store.length), Buffer.byteLength(wrapper));
        const found = findWrapper(before + wrapper + after);
        assert.deepEqual(found?.manifest, store);
        assert.equal(found?.start, before.length);
        assert.equal(found?.end, before.length + wrapper.length);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('is not seen in marks, emoji or selectors without its magic', () => {
    for (const text of [
      '\ufeffHello',
      '❤️ and 👍\ufe0f',
      `\ufeff${selectors(Buffer.from('C2PATXX\0'))}`,
      '\ufeff\ufe0f',
    ]) {
      assert.equal(findWrapper(text), undefined);
    }
  });

  test('is broken when its version is another, its length a lie or its end missing', () => {
    const header = (version: number, length: number): string =>
      `\ufeff${selectors(Buffer.from([...Buffer.from('C2PATXT\0'), version, 0, 0, 0, length]))}`;
    const corrupted = /^manifest\.text\.corruptedWrapper/;
    assert.throws(() => findWrapper(`${header(2, 1)}\ufe00`), { message: corrupted });
    assert.throws(() => findWrapper(`${header(1, 2)}\ufe00`), { message: corrupted });
    assert.throws(() => findWrapper(`${header(1, 2)}\ufe00 and words`), { message: corrupted });
    assert.throws(() => findWrapper(header(1, 2).slice(0, -1)), { message: corrupted });
  });
});
