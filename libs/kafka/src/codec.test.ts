import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeHeaders, encodeHeaders, positionHeader } from '@ballast/document';
import * as fc from 'fast-check';
import { decodeMessage, encodeMessage } from './codec.ts';
import type { EncodedMessage } from './codec.ts';
import type { RawHeader } from './record-batch.ts';

fc.configureGlobal({ seed: 1 });

suite('round trip', () => {
  test('any bytes and any headers come back as they were', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.dictionary(text, text),
        fc.nat(999),
        (value, headers, partition) => {
          const message = encodeMessage(value, headers, partition);
          const decoded = decodeMessage(asRead(message));
          assert.equal(message.partition, partition);
          assert.deepEqual(Buffer.from(decoded.value), Buffer.from(value));
          assert.deepEqual({ ...decoded.headers }, { ...headers });
          assert.equal(decoded.unread.size, 0);
        },
      ),
    );
  });

  test('a view into a larger buffer sends its own bytes only', () => {
    const value = new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3);
    assert.deepEqual(encodeMessage(value, {}, 0).value, Buffer.from([2, 3]));
  });

  test('position and verdicts survive the wire', () => {
    const position = { topic: 'documents.raw', partition: 3, offset: 9_007_199_254_740_993n };
    const previous = { ...position, offset: 7n };
    const message = encodeMessage(new Uint8Array(), encodeHeaders(position, previous, {}), 3);
    assert.deepEqual(decodeHeaders(decodeMessage(asRead(message)).headers), {
      position,
      previous,
      verdicts: {},
    });
  });
});

suite('hostile messages have a defined result', () => {
  test('a null value is a pointer without value', () => {
    assert.equal(decodeMessage({ value: null, headers: [] }).value.byteLength, 0);
  });

  test('null, repeated, non-UTF-8 and huge headers are left out and named', () => {
    const sent: readonly RawHeader[] = [
      ['fine', Buffer.from('yes')],
      ['none', null],
      [positionHeader, Buffer.from('documents.raw/0/1')],
      ['binary', Buffer.from([0xc3, 0x28])],
      [positionHeader, Buffer.from('documents.raw/0/2')],
      ['overlong', Buffer.from([0xc0, 0xaf])],
      ['huge', Buffer.alloc(10 * 1024 * 1024, 'x')],
    ];
    const { headers, unread } = decodeMessage({ value: null, headers: sent });
    assert.deepEqual({ ...headers }, { fine: 'yes' });
    assert.deepEqual(
      [...unread],
      [
        ['none', 'null'],
        ['binary', 'not_utf8'],
        [positionHeader, 'repeated'],
        ['overlong', 'not_utf8'],
        ['huge', 'too_large'],
      ],
    );
  });

  test('a repeated position is no position at all: a stage topic then reports the foreign writer', () => {
    const one: RawHeader = [positionHeader, Buffer.from('documents.raw/0/1')];
    const { headers } = decodeMessage({ value: null, headers: [one, one, one] });
    assert.throws(() => decodeHeaders(headers), /no ballast-position header/);
  });

  test('a header named __proto__ is plain data', () => {
    const decoded = decodeMessage({ value: null, headers: [['__proto__', Buffer.from('x')]] });
    assert.ok(Object.hasOwn(decoded.headers, '__proto__'));
    assert.equal(Object.getPrototypeOf(decoded.headers), Object.prototype);
  });

  test('a byte order mark is part of the value, as sent', () => {
    assert.equal(
      decodeMessage({ value: null, headers: [['h', Buffer.from('\ufeffx')]] }).headers['h'],
      '\ufeffx',
    );
  });
});

/** What was sent, as a reader gets it. */
function asRead({ value, headers }: EncodedMessage) {
  const raw = Object.entries(headers).map(([name, text]): RawHeader => [name, Buffer.from(text, 'utf8')]);
  return { value, headers: raw };
}
