import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerOf, checkMath } from './math.ts';

const judged = (text: string, answer: string, tolerance?: number): string => {
  const check = { kind: 'math', answer, ...(tolerance === undefined ? {} : { tolerance }) } as const;
  const { outcome, detail } = checkMath(text, check);
  return detail === undefined ? outcome : `${outcome}: ${detail}`;
};

describe('the answer of a text', () => {
  const golden: readonly (readonly [text: string, answer: string | undefined])[] = [
    ['So \\boxed{42}.', '42'],
    ['First \\boxed{1}, corrected: \\boxed{\\frac{1}{2}}', '\\frac{1}{2}'],
    ['\\boxed {7} follows', '7'],
    ['\\boxed{\\text{a \\} b}}', '\\text{a \\} b}'],
    ['\\boxed{1', undefined],
    ['\\boxed 7', undefined],
    ['x + 1 = 4\nx = 3\n\n', '3'],
    ['2 + 2 = 4 = 8 / 2.', '8 / 2'],
    ['The answer is 42.', '42'],
    ['Answer: **42**', '42'],
    ['42', '42'],
    ['It equals 3/4', '3/4'],
    ['x = 1 or x = 2', undefined],
    ['x = 1, y = 2', undefined],
    ['therefore x >= 5', undefined],
    ['hence x != 5', undefined],
    ['', undefined],
    [' \n ', undefined],
  ];
  for (const [text, answer] of golden) {
    test(`of ${JSON.stringify(text)} is ${answer}`, () => assert.equal(answerOf(text), answer));
  }

  test('is found in linear time', () => {
    const started = performance.now();
    answerOf('\\boxed{'.repeat(200_000));
    answerOf('= is '.repeat(200_000));
    answerOf(`a\n${'='.repeat(1_999)}`);
    answerOf('{'.repeat(1_000_000));
    assert.ok(performance.now() - started < 500);
  });
});

describe('a maths check', () => {
  const golden: readonly (readonly [text: string, answer: string, outcome: string])[] = [
    ['\\boxed{0.5}', '\\frac{1}{2}', 'pass'],
    ['\\boxed{\\frac{2}{4}}', '0.5', 'pass'],
    ['\\boxed{x = 5}', '5', 'pass'],
    ['\\boxed{x_{1} = 5}', 'y = 5', 'pass'],
    ['so we get 1,000', '1000', 'unknown: answer_not_understood'],
    ['we get: 1,000', '1000', 'pass'],
    ['\\boxed{1{,}000}', '1000', 'pass'],
    ['\\boxed{3 \\times 10^{8}}', '3e8', 'pass'],
    ['\\boxed{0.333}', '1/3', 'fail'],
    ['\\boxed{41}', '42', 'fail'],
    ['\\boxed{-5}', '5', 'fail'],
    ['\\boxed{50\\%}', '0.5', 'pass'],
    ['\\boxed{50\\%}', '50', 'unknown: per_cent_or_not'],
    ['\\boxed{50}', '50%', 'unknown: per_cent_or_not'],
    ['\\boxed{51}', '50%', 'fail'],
    ['\\boxed{5 \\text{ cm}}', '5', 'unknown: answer_not_understood'],
    ['\\boxed{\\binom{5}{2}}', '10', 'unknown: answer_not_understood'],
    ['\\boxed{500001500001}', '\\sum_{k=1}^{10^{12}} k', 'unknown: expected_not_understood'],
    ['\\boxed{3,14}', '3.14', 'unknown: answer_not_understood'],
    ['\\boxed{1/0}', '1/0', 'unknown: answer_not_understood'],
    ['\\boxed{10^{10^{10}}}', '10^{10^{10}}', 'unknown: answer_not_understood'],
    ['\\boxed{x^2 = 4}', '4', 'unknown: answer_not_understood'],
    ['\\boxed{x}', 'x', 'unknown: answer_not_understood'],
    ['The expected answer is 42, they say, but I get \\boxed{}', '42', 'unknown: answer_not_understood'],
    ['', '42', 'unknown: no_answer'],
    ['It is 42 apples', '42', 'unknown: answer_not_understood'],
  ];
  for (const [text, answer, outcome] of golden) {
    test(`of ${JSON.stringify(text)} against ${answer} gives ${outcome}`, () => {
      assert.equal(judged(text, answer), outcome);
    });
  }

  test('holds a tolerance exactly at its edge', () => {
    assert.equal(judged('\\boxed{1.25}', '1', 0.25), 'pass');
    assert.equal(judged('\\boxed{1.2500000000000001}', '1', 0.25), 'fail');
    assert.equal(judged('\\boxed{3.14159}', '355/113', 1e-5), 'pass');
    assert.equal(judged('\\boxed{1}', '1', Number.MIN_VALUE), 'pass');
    assert.equal(judged('\\boxed{1}', '1', Number.POSITIVE_INFINITY), 'unknown: out_of_range');
  });

  test('never passes what it did not understand, even when both sides read the same', () => {
    for (const same of ['\\pi', 'x', '\\sqrt{2}', '(1,2)', '5 cm', '\u0661', '']) {
      assert.notEqual(checkMath(`\\boxed{${same}}`, { kind: 'math', answer: same }).outcome, 'pass');
    }
  });
});
