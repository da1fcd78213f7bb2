import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeDocument } from './decode.ts';
import { maxDocumentBytes, unreadableReasons } from './document.ts';

const position = { topic: 'documents.raw', partition: 3, offset: 7n };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const reasonOf = (value: Uint8Array | string) =>
  decodeDocument(typeof value === 'string' ? bytes(value) : value, position).unreadable;

describe('decodeDocument', () => {
  test('only text is required; a missing id is the position, a missing source is unknown', () => {
    assert.deepEqual(decodeDocument(bytes('{"text":"hello"}'), position).document, {
      id: 'documents.raw/3/7',
      text: 'hello',
      source: 'unknown',
      metadata: undefined,
    });
  });

  test('unknown fields move to metadata beside what is there, null fields count as absent', () => {
    const { document } = decodeDocument(
      bytes('{"id":12,"text":"t","lang":null,"metadata":{"a":1},"score":0.5}'),
      position,
    );
    assert.equal(document?.id, '12');
    assert.equal(document?.lang, undefined);
    assert.deepEqual(document?.metadata, { a: 1, score: 0.5 });
  });

  test('each unreadable input has one named reason', () => {
    assert.equal(reasonOf(''), 'empty_value');
    assert.equal(reasonOf(' \n\t'), 'empty_value');
    assert.equal(reasonOf('{"text":'), 'not_json');
    assert.equal(reasonOf(new Uint8Array([0x22, 0xff, 0x22])), 'invalid_utf8');
    assert.equal(reasonOf('[1]'), 'not_an_object');
    assert.equal(reasonOf('null'), 'not_an_object');
    assert.equal(reasonOf('{}'), 'missing_text');
    assert.equal(reasonOf('{"text":null}'), 'missing_text');
    assert.equal(reasonOf('{"text":7}'), 'wrong_types');
    assert.equal(reasonOf('{"text":"a","labels":{"stratum":3}}'), 'wrong_types');
    assert.equal(reasonOf('{"text":"a\\ud800"}'), 'lone_surrogate');
    assert.equal(reasonOf(new Uint8Array(maxDocumentBytes + 1)), 'too_large');
  });

  test('10^5 levels of nesting are a reason, not a stack overflow', () => {
    const depth = 100_000;
    assert.equal(reasonOf(`{"text":"a","x":${'['.repeat(depth)}${']'.repeat(depth)}}`), 'too_deep');
  });

  test('a field named __proto__ stays data', () => {
    const { document } = decodeDocument(bytes('{"text":"a","__proto__":{"polluted":true}}'), position);
    assert.equal(Object.hasOwn(document?.metadata ?? {}, '__proto__'), true);
    assert.equal(Reflect.get({}, 'polluted'), undefined);
    assert.equal(Reflect.get(document ?? {}, 'polluted'), undefined);
  });

  test('any bytes and any JSON give a document or a reason of the closed list, never an exception', () => {
    const closed = new Set<string>(unreadableReasons);
    const total = (value: Uint8Array): boolean => {
      const { document, unreadable } = decodeDocument(value, position);
      return document === undefined ? closed.has(unreadable) : typeof document.text === 'string';
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), total));
    fc.assert(fc.property(fc.json(), (json) => total(bytes(json))));
    fc.assert(fc.property(fc.object(), (fields) => total(bytes(JSON.stringify({ ...fields, text: 'x' })))));
  });
});
