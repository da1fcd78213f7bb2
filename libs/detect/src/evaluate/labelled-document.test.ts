import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelledDocument } from './labelled-document.ts';

test('a row of the training form is a document, and names its original where it was rewritten', () => {
  assert.deepEqual(labelledDocument({ id: 7, text: 't', label: 'machine', domain: 'd', source: 's' }), {
    id: '7',
    text: 't',
    isSynthetic: true,
    domain: 'd',
    source: 's',
    rewritten: undefined,
  });
  const rewritten = labelledDocument({ text: 't', label: 'synthetic', attack: 'dipper', of: 7 });
  assert.deepEqual(rewritten?.rewritten, { attack: 'dipper', of: '7' });
  assert.equal(rewritten.domain, 'unknown');
});

test('a row that is none is undefined', () => {
  for (const row of [
    undefined,
    [],
    {},
    { text: 't' },
    { text: 't', label: 'robot' },
    { text: 't', label: 'human', attack: '' },
  ])
    assert.equal(labelledDocument(row), undefined);
});
