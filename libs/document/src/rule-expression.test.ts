import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { parseRule, RuleSyntaxError } from './rule-expression.ts';
import type { RuleFacts } from './rule-fields.ts';

const facts: RuleFacts = {
  source: 'forum',
  lang: 'en',
  labels: { stratum: 'sports', 'by-line': 'none' },
  characters: 1200,
  pool: 'presumed',
  p: 0.05,
  ratios: { top_2_gram: 0.21, list_ratio: 0 },
  failed: ['list_ratio'],
  verified: false,
};
const holds = (rule: string): boolean => parseRule(rule)(facts);

describe('a rule', () => {
  test('compares numbers, strings and truth values', () => {
    for (const rule of [
      'ratios.top_2_gram > 0.2',
      'ratios.top_2_gram >= .21',
      'ratios.list_ratio == 0',
      'p < 1e-1',
      '0.1 > p',
      'characters != -5',
      'source == "forum"',
      "source == 'forum'",
      'labels.stratum == "sports"',
      'labels.by-line == "none"',
      'not verified',
      'verified == false',
      'pool != "anchor"',
    ])
      assert.ok(holds(rule), rule);
  });

  test('joins by and before or, turns by not, groups by parentheses', () => {
    assert.ok(holds('verified and verified or source == "forum"'));
    assert.ok(!holds('verified and (verified or source == "forum")'));
    assert.ok(holds('not verified and not (lang == "de")'));
    assert.ok(holds('not not source == "forum"'));
  });

  test('asks whether a list holds something', () => {
    assert.ok(holds('"list_ratio" in failed'));
    assert.ok(holds('"top_2_gram" not in failed'));
    assert.ok(holds('lang in ["en", "de"]'));
    assert.ok(holds('lang not in ["fr"]'));
    assert.ok(holds('characters in [1200, 1300]'));
  });

  test('is false of what the document does not have, whichever way it is asked', () => {
    for (const rule of [
      'url == "x"',
      'url != "x"',
      'pUpper < 1',
      'band in ["p10"]',
      'url not in ["x"]',
      'calibrated',
      'labels.none != "x"',
    ])
      assert.ok(!holds(rule), rule);
    for (const inherited of ['toString', 'constructor', '__proto__'])
      assert.ok(!holds(`labels.${inherited} != "x"`), inherited);
  });

  test('a quotation mark or a backslash in a string has a backslash before it', () => {
    const of = (source: string, rule: string): boolean => parseRule(rule)({ ...facts, source });
    assert.ok(of('a"b\\c', String.raw`source == "a\"b\\c"`));
    assert.ok(of("it's", String.raw`source == 'it\'s'`));
  });
});

describe('what is no rule is refused with its place', () => {
  const faults: readonly (readonly [rule: string, at: number, problem: RegExp])[] = [
    ['', 1, /ends too early/],
    ['source', 7, /comparison is missing/],
    ['source ==', 10, /ends too early/],
    ['sourse == "x"', 1, /no field "sourse"; there are source, url/],
    ['ratios.top_5_gram > 1', 1, /no filter measures "top_5_gram"/],
    ['ratios > 1', 1, /no field "ratios"/],
    ['source > "x"', 8, /strings have no order/],
    ['source == 1', 8, /a string is never equal to a number/],
    ['p == "x"', 3, /a number is never equal to a string/],
    ['failed == "x"', 8, /asked with in/],
    ['"list_ration" in failed', 1, /"list_ration" is none of/],
    ['pool == "human"', 9, /"human" is none of anchor, presumed, uncertain, synthetic/],
    ['pool in ["anchor", "x"]', 20, /"x" is none of/],
    ['lang in ["en", 1]', 16, /must hold strings/],
    ['lang in []', 10, /cannot stand here/],
    ['lang in "en"', 9, /after in stands a list/],
    ['verified in failed', 1, /a boolean is in nothing/],
    ['(verified', 10, /"\)" is missing/],
    ['verified)', 9, /follows a rule that is complete/],
    ['verified verified', 10, /follows a rule that is complete/],
    ['p = 1', 3, /cannot stand here/],
    ['p > 1 && verified', 7, /cannot stand here/],
    ['source == "x', 11, /cannot stand here/],
    ['eval("x")', 1, /no field "eval"/],
    ['__proto__ == "x"', 1, /no field/],
    ['constructor.name == "x"', 1, /no field/],
    [`${'('.repeat(30)}verified${')'.repeat(30)}`, 22, /nested deeper than 20/],
    [`${'not '.repeat(30)}verified`, 85, /nested deeper than 20/],
    ['verified or '.repeat(90), 1001, /longer than 1000/],
  ];
  for (const [rule, at, problem] of faults) {
    test(rule.length > 40 ? `${rule.slice(0, 40)}…` : rule === '' ? 'nothing at all' : rule, () => {
      assert.throws(
        () => parseRule(rule),
        (error) => error instanceof RuleSyntaxError && error.at === at && problem.test(error.message),
      );
    });
  }
});

test('any text is a rule that answers, or is refused; nothing else comes out', () => {
  const words = fc.constantFrom(
    'p',
    'source',
    'failed',
    'verified',
    'ratios.list_ratio',
    'and',
    'or',
    'not',
    'in',
    '==',
    '<',
    '(',
    ')',
    '[',
    ']',
    ',',
    '1',
    '"x"',
    'true',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
      ),
      (text) => {
        let rule;
        try {
          rule = parseRule(text);
        } catch (error) {
          assert.ok(error instanceof RuleSyntaxError, String(error));
          assert.ok(error.at >= 1 && error.at <= text.length + 1);
          return;
        }
        assert.equal(typeof rule(facts), 'boolean');
      },
    ),
    { numRuns: 3000, seed: 11 },
  );
});
