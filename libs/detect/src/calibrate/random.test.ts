import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from './random.ts';

const moments = (
  draw: () => number,
  count = 40_000,
): { readonly mean: number; readonly variance: number } => {
  const values = Array.from({ length: count }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count };
};

describe('seeded draws', () => {
  test('the same seed gives the same draws, another seed others', () => {
    const first = (seed: string): number[] => Array.from({ length: 5 }, seeded(seed).uniform);
    assert.deepEqual(first('a'), first('a'));
    assert.notDeepEqual(first('a'), first('b'));
  });

  test('have the moments of their distributions', () => {
    const random = seeded('moments');
    const close = (value: number, expected: number, tolerance: number): void =>
      assert.ok(Math.abs(value - expected) < tolerance, `${value} is not ${expected}`);
    const uniform = moments(random.uniform);
    close(uniform.mean, 1 / 2, 0.01);
    close(uniform.variance, 1 / 12, 0.005);
    const normal = moments(random.normal);
    close(normal.mean, 0, 0.02);
    close(normal.variance, 1, 0.03);
    for (const shape of [0.5, 1, 2, 37]) {
      const gamma = moments(() => random.gamma(shape));
      close(gamma.mean / shape, 1, 0.03);
      close(gamma.variance / shape, 1, 0.06);
    }
    assert.equal(random.gamma(0), 0);
  });
});
