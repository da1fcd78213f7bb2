import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findMachine, logOddsOf } from './labels.ts';

describe('the machine class', () => {
  test('is read from its name, wherever it stands', () => {
    const found = (id2label: { readonly [id: string]: string }, label?: string): number =>
      findMachine(id2label, label, 'folder').index;
    assert.equal(found({ 0: 'Human', 1: 'AI-generated' }), 1);
    // The order of roberta-base-openai-detector.
    assert.equal(found({ 0: 'Fake', 1: 'Real' }), 0);
    assert.equal(found({ 0: 'Human', 1: 'ChatGPT' }), 1);
    assert.equal(found({ 0: 'LABEL_0', 1: 'LABEL_1' }, 'LABEL_0'), 0);
  });

  test('is never guessed', () => {
    const refused = { code: 'BALLAST_DETECT_SECOND_LABELS', exit: 78 };
    for (const [id2label, label] of [
      [{ 0: 'LABEL_0', 1: 'LABEL_1' }, undefined],
      [{ 0: 'AI', 1: 'Machine' }, undefined],
      [{ 0: 'Human', 1: 'Machine' }, 'machine'],
      [{ 0: 'Human', 7: 'Machine' }, undefined],
      [{}, undefined],
    ] as const) {
      assert.throws(() => findMachine(id2label, label, 'folder'), refused);
    }
  });
});

describe('log-odds of the machine class', () => {
  test('of two logits are their difference, of three the logit less the log-sum-exp of the others', () => {
    assert.equal(logOddsOf({ index: 0, classes: 2 }, [3, 1]), 2);
    assert.equal(logOddsOf({ index: 1, classes: 2 }, [3, 1]), -2);
    const [a, b, c] = [0.5, 1, -2];
    const p = Math.exp(b) / (Math.exp(a) + Math.exp(b) + Math.exp(c));
    const found = logOddsOf({ index: 1, classes: 3 }, [a, b, c]);
    assert.ok(Math.abs(found - Math.log(p / (1 - p))) < 1e-12);
    assert.equal(logOddsOf({ index: 1, classes: 2 }, [-2000, 1000]), 3000);
  });

  test('of a single logit are that of class 1 of two, or of the only class', () => {
    assert.equal(logOddsOf({ index: 1, classes: 2 }, [4]), 4);
    assert.equal(logOddsOf({ index: 0, classes: 2 }, [4]), -4);
    assert.equal(logOddsOf({ index: 0, classes: 1 }, [4]), 4);
  });

  test('of another number of logits than classes are none', () => {
    assert.ok(Number.isNaN(logOddsOf({ index: 1, classes: 2 }, [1, 2, 3])));
    assert.ok(Number.isNaN(logOddsOf({ index: 1, classes: 3 }, [1])));
    assert.ok(Number.isNaN(logOddsOf({ index: 1, classes: 2 }, [])));
  });
});
