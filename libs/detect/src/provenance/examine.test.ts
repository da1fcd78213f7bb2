import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Document, Trust } from '@ballast/document';
import { artefactsIn } from './artefacts.ts';
import { cutoffMsOf } from './capture.ts';
import { examine } from './examine.ts';
import type { SourceFacts } from './registry.ts';

const facts = (trust: SourceFacts['trust']): SourceFacts => ({
  family: 'web',
  trust,
  prior: undefined,
  match: 'web',
});
const settle = (document: Partial<Document>, trust: SourceFacts['trust'], ...trusted: Trust[]) =>
  examine(
    { id: '1', text: 'text', source: 'web', ...document },
    facts(trust),
    new Set(trusted),
    cutoffMsOf('2022-11-30') ?? 0,
  );

describe('examine', () => {
  test('a human source attests only through an ingest trusted for sources', () => {
    assert.equal(settle({}, 'human', 'source').settled, 'attested_by_source');
    assert.equal(settle({}, 'human', 'captured', 'check').settled, undefined);
    assert.deepEqual(settle({}, 'human').evidence, [
      { name: 'source_list_untrusted_ingest', weight: 0, detail: 'web' },
    ]);
  });

  test('a capture date attests only through an ingest trusted for captures, `created` never', () => {
    assert.equal(settle({ captured: '2020-01-01' }, 'none', 'captured').settled, 'attested_by_capture');
    assert.equal(settle({ captured: '2020-01-01' }, 'none', 'source').settled, undefined);
    assert.equal(settle({ captured: '1970-01-01' }, 'none', 'captured').settled, undefined);
    assert.equal(settle({ created: '2020-01-01' }, 'none', 'captured', 'source').settled, undefined);
  });

  test('a document both attested and declared synthetic is synthetic', () => {
    const declared = { origin: 'synthetic' } as const;
    assert.equal(
      settle({ declared, captured: '2020-01-01' }, 'human', 'source', 'captured').settled,
      'declared_synthetic',
    );
    assert.equal(
      settle({ captured: '2020-01-01' }, 'synthetic', 'captured').settled,
      'source_publishes_synthetic',
    );
  });

  test('a source known to publish synthetic text needs nobody’s trust', () => {
    assert.equal(settle({}, 'synthetic').settled, 'source_publishes_synthetic');
  });

  test('an unsigned claim of human settles nothing', () => {
    assert.equal(settle({ declared: { origin: 'human' } }, 'none', 'source', 'captured').settled, undefined);
  });
});

describe('artefacts', () => {
  test('are named, weigh nothing, and are not seen where there are none', () => {
    const names = (text: string): readonly string[] => artefactsIn(text).map(({ name }) => name);
    assert.deepEqual(names('Plain text — with “quotes”, naïve café, 日本語 and 😀.'), []);
    assert.deepEqual(names('\ufeffA byte order mark at the start is none.'), []);
    assert.deepEqual(names('zero\u200bwidth'), ['invisible_characters']);
    assert.deepEqual(names('tag\u{e0041}'), ['invisible_characters']);
    assert.deepEqual(names('see :contentReference[oaicite:3]'), ['chat_citation']);
    assert.deepEqual(names('As an AI language model, I cannot'), ['model_speaks']);
    assert.deepEqual(names('10\u202fkm'), ['narrow_no_break_space']);
    assert.ok(artefactsIn('zero\u200bwidth').every(({ weight }) => weight === 0));
  });
});
