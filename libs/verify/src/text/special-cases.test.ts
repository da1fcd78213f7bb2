import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { specialCases, specialLengthMax } from './special-cases.ts';

test('the special cases are the 1,347 of spaCy 3.8 but for the four of white space', () => {
  assert.equal(specialCases.size, 1343);
  const lines = [...specialCases].map(([word, tokens]) => `${word}\t${tokens.join('\t')}`).toSorted();
  assert.equal(
    createHash('sha256').update(lines.join('\n')).digest('hex'),
    'dd11a6efefe659ca9f16bb397c12bda90f562930412bf29bd1e739015277bd4c',
  );
});

test('the tokens of a special case join to its text', () => {
  for (const [word, tokens] of specialCases) {
    assert.equal(tokens.join(''), word);
    assert.ok(word.length <= specialLengthMax);
  }
});
