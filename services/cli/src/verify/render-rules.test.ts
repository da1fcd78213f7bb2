import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleCount } from '@ballast/table';
import { renderRules } from './render-rules.ts';

const count = (over: Partial<RuleCount>): RuleCount => ({
  rule: 'list_ratio',
  dimension: 'all',
  value: null,
  judged: 1000,
  failed: 130,
  refused: 100,
  attested: 30,
  refusedTokens: 5000,
  ...over,
});

test('rules stand with failures, refusals, share and what was only recorded', () => {
  assert.match(renderRules([count({})]), /list_ratio +130 +100 +10\.0 % +30\n/u);
  assert.equal(renderRules([]), 'no document of this table fails a rule of the verifier\n');
});

test('a class that loses twice its share is named, one that is too small to say is not', () => {
  const text = renderRules([
    count({}),
    count({ dimension: 'language', value: 'cy', judged: 50, refused: 20 }),
    count({ dimension: 'language', value: 'en', judged: 900, refused: 80 }),
    count({ dimension: 'language', value: 'gv', judged: 19, refused: 19 }),
    count({ dimension: 'stratum', value: 'poems', judged: 30, refused: 4 }),
  ]);
  assert.match(text, /cy: list_ratio refused 20 of 50 = 40\.0 %, 4\.0 times/u);
  assert.doesNotMatch(text, /en: |gv: |poems: /u);
  assert.match(text, /strata from which .*:\n {2}none/u);
});
