import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { exactSignature, normaliseText } from './signature.ts';

test('the signature of "abc" is the start of the FIPS 180-2 appendix B.1 vector', () => {
  assert.equal(exactSignature('abc'), 'ba7816bf8f01cfea414140de5dae2223');
});

test('white space and canonical composition do not make a text another text', () => {
  const plain = exactSignature('Ang\u00e9lique s\u2019en va.');
  assert.equal(exactSignature('  Ange\u0301lique\n\t s\u2019en\u00a0va. \r\n'), plain);
});

test('letters, case and punctuation do', () => {
  const signatures = ['The end.', 'the end.', 'The end', 'Thee nd.', 'The end. .'].map(exactSignature);
  assert.equal(new Set(signatures).size, signatures.length);
});

test('compatibility forms stay apart: NFC, not NFKC', () => {
  assert.notEqual(exactSignature('\ufb01n'), exactSignature('fin'));
});

test('normalising again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(normaliseText(normaliseText(text)), normaliseText(text));
    }),
  );
});

test('it is the first half of SHA-256 over the normalised UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const whole = createHash('sha256')
        .update(Buffer.from(normaliseText(text), 'utf8'))
        .digest('hex');
      assert.equal(exactSignature(text), whole.slice(0, 32));
    }),
  );
});

test('a run of 200,000 combining marks takes no more than linear time', () => {
  const text = `e${'\u0301\u0323'.repeat(100_000)}`;
  const before = process.cpuUsage();
  exactSignature(text);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 2_000_000, `${user + system} µs`);
});
