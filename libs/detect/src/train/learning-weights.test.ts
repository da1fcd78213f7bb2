import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Example } from './corpus.ts';
import { learningWeights } from './learning-weights.ts';

const example = (domain: string, generator: string): Example => ({
  id: '',
  text: '',
  isSynthetic: generator !== 'human',
  domain,
  source: 'x',
  generator,
  licence: 'CC0',
});

const sumWhere = (
  examples: readonly Example[],
  weights: Float64Array,
  isChosen: (one: Example) => boolean,
): number => examples.reduce((sum, one, i) => sum + (isChosen(one) ? (weights[i] ?? 0) : 0), 0);

describe('the weights of learning', () => {
  const examples = [
    ...Array.from({ length: 10 }, () => example('small', 'human')),
    ...Array.from({ length: 30 }, () => example('small', 'gpt-4o')),
    ...Array.from({ length: 40 }, () => example('large', 'human')),
    ...Array.from({ length: 1000 }, () => example('large', 'gpt-4o')),
    ...Array.from({ length: 1000 }, () => example('large', 'text-davinci-003')),
  ];
  const weights = learningWeights(examples);

  it('are 1 on average, and the same for both labels of a domain', () => {
    assert.ok(Math.abs(sumWhere(examples, weights, () => true) / examples.length - 1) < 1e-9);
    for (const domain of ['small', 'large']) {
      const human = sumWhere(examples, weights, (one) => one.domain === domain && !one.isSynthetic);
      const synthetic = sumWhere(examples, weights, (one) => one.domain === domain && one.isSynthetic);
      assert.ok(Math.abs(human / synthetic - 1) < 1e-9);
    }
  });

  it('let a domain of 51 times the rows weigh 4 times as much', () => {
    const of = (domain: string): number => sumWhere(examples, weights, (one) => one.domain === domain);
    assert.ok(Math.abs(of('large') / of('small') - (2040 / 40) ** 0.35) < 1e-9);
  });

  it('count a row of an older generator less', () => {
    const of = (generator: string): number =>
      sumWhere(examples, weights, (one) => one.domain === 'large' && one.generator === generator);
    assert.ok(Math.abs(of('text-davinci-003') / of('gpt-4o') - 0.3) < 1e-9);
  });
});
