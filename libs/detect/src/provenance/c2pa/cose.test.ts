import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { verifies } from './cose.ts';

describe('COSE_Sign1', () => {
  test('the single signer of RFC 8152, appendix C.2.1, verifies', () => {
    const key = createPublicKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: 'usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8',
        y: 'IBOL-C3BttVivg-lSreASjpkttcsz-1rb7btKLv8EX4',
      },
    });
    const signature = Buffer.from(
      '8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e' +
        '2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36',
      'hex',
    );
    const signed = (content: string): Uint8Array =>
      encodeCbor(['Signature1', Buffer.from('a10126', 'hex'), Buffer.alloc(0), Buffer.from(content)]);
    assert.equal(verifies(-7, key, signed('This is the content.'), signature), true);
    assert.equal(verifies(-7, key, signed('This is the content!'), signature), false);
    assert.throws(() => verifies(-37, key, signed('This is the content.'), signature), /does not fit/);
    assert.throws(() => verifies(0, key, signed(''), signature), /^CredentialBroken: algorithm\.unsupported/);
  });
});

describe('CBOR', () => {
  const decode = (hex: string): unknown => decodeCbor(Buffer.from(hex, 'hex'), 'refused');

  test('values of RFC 8949, appendix A, are read', () => {
    assert.deepEqual(decode('a201020304'), { '1': 2, '3': 4 });
    assert.deepEqual(decode('a26161016162820203'), { a: 1, b: [2, 3] });
    assert.deepEqual(decode('4401020304'), Buffer.from([1, 2, 3, 4]));
    assert.equal(decode('1a000f4240'), 1_000_000);
    assert.deepEqual(
      { ...(decode('d82076687474703a2f2f7777772e6578616d706c652e636f6d') as object) },
      {
        tag: 32,
        value: 'http://www.example.com',
      },
    );
  });

  test('refused are indefinite lengths, foreign tags, rests and lengths that nothing follows', () => {
    for (const hex of [
      '',
      '9fff',
      'bf61610161629fffff',
      '5f42010243030405ff',
      'd81b82',
      'd90103a0',
      '0000',
      '8201',
      '1c',
    ]) {
      assert.throws(() => decode(hex), { message: 'refused' }, hex);
    }
  });

  test('refused is what is nested deeper than any manifest', () => {
    assert.ok(Array.isArray(decode(`${'81'.repeat(30)}01`)));
    assert.throws(() => decode(`${'81'.repeat(33)}01`), { message: 'refused' });
  });

  test('no key reaches a prototype', () => {
    const value = decode('a1695f5f70726f746f5f5fa1616101');
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal((value as Record<string, unknown>)['a'], undefined);
  });
});
