import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { withSource } from './with-source.ts';

fc.configureGlobal({ seed: 4 });

const set = (text: string): string => Buffer.from(withSource(Buffer.from(text), 'lib "1"')).toString();

suite('the source of documents that name none', () => {
  test('is put in front, and every other byte stays', () => {
    assert.equal(set(' {"text": "a", "n": 1e400}'), ' {"source":"lib \\"1\\"","text": "a", "n": 1e400}');
    assert.equal(set('\uFEFF{}'), '\uFEFF{"source":"lib \\"1\\""}');
  });

  test('never replaces one that is there, and leaves alone what is no document', () => {
    for (const text of ['{"source": "x"}', '{"text": "a", "source": null}', '[1]', '"text"', 'nope', ''])
      assert.equal(set(text), text);
    assert.deepEqual(withSource(Buffer.from([0xff]), 'x'), Buffer.from([0xff]));
  });

  test('any document reads the same afterwards, but for its source', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
        fc.pre(!Object.hasOwn(document, 'source') && !Object.hasOwn(document, '__proto__'));
        const read: unknown = JSON.parse(set(JSON.stringify(document)));
        assert.deepEqual(read, JSON.parse(JSON.stringify({ source: 'lib "1"', ...document })));
      }),
    );
  });
});
