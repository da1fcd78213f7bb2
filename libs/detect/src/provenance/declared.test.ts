import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { claimsOf } from './declared.ts';

const claimed = (metadata: { readonly [name: string]: unknown }): readonly string[] =>
  claimsOf({ metadata }).map(({ claims }) => claims);

describe('declared metadata', () => {
  test('Ballast’s own declaration', () => {
    assert.deepEqual(claimsOf({ declared: { origin: 'synthetic', generator: 'some-model' } }), [
      { claims: 'synthetic', evidence: { name: 'declared_synthetic', weight: 5, detail: 'some-model' } },
    ]);
  });

  test('a declaration of human weighs nothing', () => {
    assert.equal(claimsOf({ declared: { origin: 'human' } })[0]?.evidence.weight, 0);
    assert.equal(claimsOf({ metadata: { 'AI-Disclosure': 'mode=none' } })[0]?.evidence.weight, 0);
  });

  test('IPTC digital source types in every spelling in use', () => {
    for (const value of [
      'trainedAlgorithmicMedia',
      'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
      'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia',
      'https://schema.org/TrainedAlgorithmicMediaDigitalSource',
      'TRAINED_ALGORITHMIC_MEDIA',
    ]) {
      assert.deepEqual(claimed({ digitalSourceType: value }), ['synthetic'], value);
    }
    assert.deepEqual(claimed({ digital_source_type: 'trained_algorithmic_media' }), ['synthetic']);
    assert.deepEqual(claimed({ iptc: { 'Iptc4xmpExt:DigitalSourceType': ['trainedAlgorithmicMedia'] } }), [
      'synthetic',
    ]);
    assert.deepEqual(claimed({ digitalSourceType: 'algorithmicallyEnhanced' }), ['altered']);
    assert.deepEqual(claimed({ digitalSourceType: 'digitalCapture' }), ['human']);
    assert.deepEqual(claimed({ digitalSourceType: 'DEFAULT' }), []);
  });

  test('the AI-Disclosure header, in the record or among its headers', () => {
    assert.deepEqual(claimed({ 'ai-disclosure': 'mode=ai-originated, model="m"' }), ['synthetic']);
    assert.deepEqual(claimed({ headers: { 'AI-Disclosure': 'model="m", mode=machine-generated' } }), [
      'synthetic',
    ]);
    assert.deepEqual(claimed({ headers: { 'AI-Disclosure': 'mode="ai-modified"' } }), ['altered']);
    assert.deepEqual(claimed({ headers: { 'AI-Disclosure': 'submode=ai-originated' } }), []);
  });

  test('words in other fields are no declaration', () => {
    assert.deepEqual(claimed({ title: 'trainedAlgorithmicMedia', note: 'mode=ai-originated' }), []);
  });

  test('any metadata is read without throwing', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constant('digitalSourceType')), fc.jsonValue()),
        (metadata) => {
          assert.ok(Array.isArray(claimsOf({ metadata })));
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });
});
