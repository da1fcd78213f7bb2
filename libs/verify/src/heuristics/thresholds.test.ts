import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine } from './examine.ts';
import { presets } from './preset.ts';
import { thresholdOf } from './thresholds.ts';

const unbounded = new Set(['lorem_ipsum', 'curly_bracket', 'too_few_words']);

test('every rule that measures something has the bound it is compared with', () => {
  const { ratios } = examine(
    'The cat sat on the mat. It was warm there.\n\nA dog ran by at noon.',
    presets['datatrove-0.10'],
  );
  for (const rule of Object.keys(ratios)) {
    assert.equal(
      typeof thresholdOf('datatrove-0.10', rule),
      unbounded.has(rule) ? 'undefined' : 'number',
      rule,
    );
  }
});

test('golden bounds: Gopher top 2-gram 0.20, 10-gram 0.10, 50 words; FineWeb short lines 0.67', () => {
  const bounds = ['top_2_gram', 'duplicated_10_n_grams', 'gopher_short_doc', 'short_line_ratio'];
  assert.deepEqual(
    bounds.map((rule) => thresholdOf('datatrove-0.10', rule)),
    [0.2, 0.1, 50, 0.67],
  );
});

test('an unknown preset or rule has none', () => {
  assert.equal(thresholdOf('none', 'top_2_gram'), undefined);
  assert.equal(thresholdOf('datatrove-0.10', 'empty'), undefined);
});
