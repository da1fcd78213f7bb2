import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { readSpecialCases } from './special-cases.ts';
import { arCases, deCases, enCases, esCases, frCases } from './tables/special-cases.ts';

test('the English cases are the 1,347 of spaCy 3.8 but for the four of white space', () => {
  const cases = readSpecialCases(enCases);
  assert.equal(cases.size, 1343);
  const lines = [...cases].map(([word, tokens]) => `${word}\t${tokens.join('\t')}`).toSorted();
  // SHA-256 over spaCy 3.8.18's own rules, one a line as word and tokens, sorted.
  assert.equal(
    createHash('sha256').update(lines.join('\n')).digest('hex'),
    'dd11a6efefe659ca9f16bb397c12bda90f562930412bf29bd1e739015277bd4c',
  );
});

test('other languages have as many as spaCy 3.8.18 has, less those that hold white space', () => {
  const sizes = [deCases, frCases, esCases, arCases].map((table) => readSpecialCases(table).size);
  assert.deepEqual(sizes, [413, 274, 276, 198]);
});
