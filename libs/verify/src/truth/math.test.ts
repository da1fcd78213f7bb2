import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { differentPairs, equalPairs, undecidedPairs } from './formula/golden-pairs.ts';
import { answerOf, mathChecker } from './math.ts';

const live = new AbortController().signal;
const checkMath = mathChecker({ timeoutMs: 20_000 });

const judged = async (text: string, answer: string, tolerance?: number): Promise<string> => {
  const check = { kind: 'math', answer, ...(tolerance === undefined ? {} : { tolerance }) } as const;
  const { outcome, detail } = await checkMath(text, check, live);
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
    ['S = \\{1, 2\\}.', '\\{1, 2\\}'],
    ['It is in: (0, 1]', '(0, 1]'],
    ['x = (1, 2), y = 3', undefined],
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
    ['\\boxed{\\binom{5}{2}}', '10', 'pass'],
    ['\\boxed{\\frac{x^2-1}{x-1}}', 'x + 1', 'pass'],
    ['\\boxed{y = 2x}', 'y = x + x', 'pass'],
    ['\\boxed{\\sqrt{2}}', '1.41421356', 'fail'],
    ['\\boxed{500001500001}', '\\sum_{k=1}^{10^{12}} k', 'unknown: out_of_range'],
    ['\\boxed{3,14}', '3.14', 'unknown: answer_not_understood'],
    ['\\boxed{1/0}', '1/0', 'unknown: out_of_range'],
    ['\\boxed{10^{10^{10}}}', '10^{10^{10}}', 'unknown: out_of_range'],
    ['\\boxed{100000000!}', '100000000!', 'unknown: out_of_range'],
    ['\\boxed{x^2 = 4}', '4', 'unknown: answer_not_understood'],
    ['\\boxed{x}', 'x', 'pass'],
    ['\\boxed{x}', '4', 'unknown: other_variables'],
    ['The expected answer is 42, they say, but I get \\boxed{}', '42', 'unknown: answer_not_understood'],
    ['', '42', 'unknown: no_answer'],
    ['It is 42 apples', '42', 'unknown: answer_not_understood'],
    ['Answer: (2, 4)', '(2, 2^2)', 'pass'],
    ['so S = \\{2, 1\\}.', '\\{1, 2\\}', 'pass'],
    ['\\boxed{[0, \\infty)}', '(0, \\infty)', 'unknown: more_than_one_reading'],
  ];
  for (const [text, answer, outcome] of golden) {
    test(`of ${JSON.stringify(text)} against ${answer} gives ${outcome}`, async () => {
      assert.equal(await judged(text, answer), outcome);
    });
  }

  test('holds a tolerance exactly at its edge', async () => {
    assert.equal(await judged('\\boxed{1.25}', '1', 0.25), 'pass');
    assert.equal(await judged('\\boxed{1.2500000000000001}', '1', 0.25), 'fail');
    assert.equal(await judged('\\boxed{3.14159}', '355/113', 1e-5), 'pass');
    assert.equal(await judged('\\boxed{3.14159}', '\\pi', 1e-5), 'pass');
    assert.equal(await judged('\\boxed{3.14}', '\\pi', 1e-5), 'fail');
    assert.equal(await judged('\\boxed{1}', '1', Number.MIN_VALUE), 'pass');
    assert.equal(await judged('\\boxed{1}', '1', Number.POSITIVE_INFINITY), 'unknown: out_of_range');
  });

  test('never passes what it did not understand, even when both sides read the same', async () => {
    for (const same of ['(1,2', '(1, 5 cm)', '5 cm', '\u0661', '', '\\foo', '\\text{yes}', '1/0']) {
      const { outcome } = await checkMath(`\\boxed{${same}}`, { kind: 'math', answer: same }, live);
      assert.equal(outcome, 'unknown', same);
    }
  });
});

describe('golden pairs', () => {
  const outcomeOf = async (found: string, expected: string): Promise<string> =>
    (await checkMath(`\\boxed{${found}}`, { kind: 'math', answer: expected }, live)).outcome;
  const all = [
    { name: 'the same value', pairs: equalPairs, outcome: 'pass' },
    { name: 'different values', pairs: differentPairs, outcome: 'fail' },
    { name: 'no decision', pairs: undecidedPairs, outcome: 'unknown' },
  ];

  test('are at least 200 that have an answer', () => {
    assert.ok(equalPairs.length + differentPairs.length >= 200);
  });
  for (const { name, pairs, outcome } of all) {
    test(`of ${name} end ${outcome}, either way round`, async () => {
      for (const [found, expected] of pairs) {
        assert.equal(await outcomeOf(found, expected), outcome, `${found} ~ ${expected}`);
        assert.equal(await outcomeOf(expected, found), outcome, `${expected} ~ ${found}`);
      }
    });
  }
});

describe('what never ends, ends', () => {
  const long: readonly (readonly [name: string, formula: string])[] = [
    ['5,000 open brackets', '('.repeat(5_000)],
    ['900 nested brackets', `${'('.repeat(900)}x${')'.repeat(900)}`],
    ['2,000 nested fractions', `${'\\frac{1}{'.repeat(2_000)}1${'}'.repeat(2_000)}`],
    ['170 nested fractions', `${'\\frac{1}{'.repeat(170)}x${'}'.repeat(170)}`],
    ['a factorial of a hundred million', '100000000!'],
    ['a tower of powers', 'x^{x^{x^{x^{9^{9^9}}}}}'],
    ['a thousand signs', '-'.repeat(1_000)],
    ['a thousand factorials', `x${'!'.repeat(1_000)}`],
    ['a thousand letters', `\\cdot ${'x'.repeat(1_000)}`],
    ['sums of sums', '\\sum_{a=1}^{9999} \\sum_{b=1}^{9999} \\sin(a b x)'],
  ];
  for (const [name, formula] of long) {
    test(name, async () => {
      const started = performance.now();
      const check = mathChecker({ timeoutMs: 1_000 });
      const { outcome } = await check(
        `\\boxed{${formula}}`,
        { kind: 'math', answer: `${formula} + 0x` },
        live,
      );
      assert.equal(outcome, 'unknown');
      assert.ok(performance.now() - started < 2_000, 'ended late');
    });
  }

  test('after a deadline the next comparison gets another thread', async () => {
    const check = mathChecker({ timeoutMs: 1_500 });
    const endless = '\\sum_{a=1}^{9999} \\sum_{b=1}^{9999} \\sin(a b)';
    const [late, next] = await Promise.all([
      check(`\\boxed{${endless}}`, { kind: 'math', answer: 'x' }, live),
      check('\\boxed{x+1}', { kind: 'math', answer: '1+x' }, live),
    ]);
    assert.deepEqual([late.outcome, late.detail, next.outcome], ['unknown', 'timeout', 'pass']);
  });
});
