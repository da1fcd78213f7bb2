import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { claimsOf } from './declared.ts';

const claimed = (metadata: { readonly [name: string]: unknown }): readonly string[] =>
  claimsOf({ metadata }).map(({ claims }) => claims);

describe('declared metadata', () => {
  test('Ballast’s own declaration', () => {
    assert.deepEqual(claimsOf({ declared: { origin: 'synthetic', generator: 'some-model' } }), [
      {
        claims: 'synthetic',
        evidence: { name: 'declared_synthetic', block: 'claim', weight: 5, detail: 'some-model' },
      },
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

  test('schema.org as JSON-LD, parsed or as a string, and as microdata', () => {
    const article = {
      '@context': 'https://schema.org',
      '@graph': [
        { '@type': 'WebPage', name: 'x' },
        { '@type': 'Article', digitalSourceType: { '@id': 'schema:TrainedAlgorithmicMediaDigitalSource' } },
      ],
    };
    assert.deepEqual(claimed({ page: article }), ['synthetic']);
    assert.deepEqual(claimed({ 'json-ld': JSON.stringify(article) }), ['synthetic']);
    assert.deepEqual(claimed({ 'json-ld': '{' }), []);
    const microdata = { items: [{ properties: { digitalSourceType: ['TrainedAlgorithmicMedia'] } }] };
    assert.deepEqual(claimed({ microdata }), ['synthetic']);
    assert.deepEqual(
      claimed({ 'https://schema.org/creator': { '@type': 'SoftwareApplication', name: 'ChatGPT' } }),
      ['synthetic'],
    );
    assert.deepEqual(claimed({ author: { '@type': 'SoftwareApplication', name: 'Press Office' } }), []);
    assert.deepEqual(claimed({ author: { '@type': 'Person', name: 'Claude Monet' } }), []);
  });

  test('the columns of data sets: flags, models, kinds', () => {
    for (const [field, value, claims] of [
      ['is_synthetic', true, ['synthetic']],
      ['synthetic', 'yes', ['synthetic']],
      ['ai_generated', 0, ['human']],
      ['is_generated', 'maybe', []],
      ['source_model', 'our-own-model', ['synthetic']],
      ['source_model', 'human', ['human']],
      ['generation_model', '', []],
      ['generator', 'meta-llama/Llama-3.1-8B-Instruct', ['synthetic']],
      ['generator', 'WordPress 6.2', []],
      ['model', 'gpt-4o-mini', ['synthetic']],
      ['model', 'Model T', []],
      ['model_name', 'mistralai/Mixtral-8x7B', ['synthetic']],
      ['generated_by', 'Claude 3 Opus', ['synthetic']],
      ['generated_by', 'Claude Shannon', []],
      ['kind', 'synthetic', ['synthetic']],
      ['kind', 'actual', []],
    ] as const)
      assert.deepEqual(claimed({ [field]: value }), claims, `${field}: ${String(value)}`);
  });

  test('Common Crawl records: response headers of WARC, metas of WAT', () => {
    const wat = (metas: readonly object[]) => ({
      Envelope: {
        'Payload-Metadata': {
          'HTTP-Response-Metadata': {
            Headers: { Server: 'nginx' },
            'HTML-Metadata': { Head: { Metas: metas } },
          },
        },
      },
    });
    assert.deepEqual(claimed(wat([{ name: 'ai-disclosure', content: 'ai-originated' }])), ['synthetic']);
    assert.deepEqual(claimed(wat([{ property: 'generator', content: 'Drupal 10' }])), []);
    assert.deepEqual(claimed({ warc_headers: { 'HTTP-AI-Disclosure': 'x', 'AI-Disclosure': 'mode=none' } }), [
      'human',
    ]);
  });

  test('the implicit label of GB 45438-2025', () => {
    assert.deepEqual(claimed({ AIGC: { Label: '1', ContentProducer: 'x' } }), ['synthetic']);
    assert.deepEqual(claimed({ AIGC: '{"Label":"3"}' }), ['altered']);
    assert.deepEqual(claimed({ Label: '1' }), []);
  });

  test('one claim counts once, however often it is made, and the whole block is limited', () => {
    const rows = Array.from({ length: 50 }, () => ({ digitalSourceType: 'trainedAlgorithmicMedia' }));
    assert.deepEqual(claimed({ rows, is_synthetic: true }), ['synthetic', 'synthetic']);
  });

  test('300,000 fields are bounded work', () => {
    const wide = Object.fromEntries(Array.from({ length: 300_000 }, (_, n) => [`f${n}`, { a: [n] }]));
    const start = performance.now();
    claimsOf({ metadata: wide });
    assert.ok(performance.now() - start < 3_000);
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
