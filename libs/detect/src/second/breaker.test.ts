import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker, failuresMax } from './breaker.ts';

test('opens at the fifth failure in a row, rests 30 s, and opens again at the next failure', () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  for (let n = 1; n < failuresMax; n += 1) assert.equal(breaker.failed(), false);
  assert.equal(breaker.answered(), false);
  for (let n = 1; n < failuresMax; n += 1) assert.equal(breaker.failed(), false);
  assert.equal(breaker.isOpen, false);
  assert.equal(breaker.failed(), true);
  assert.equal(breaker.failed(), false);
  assert.equal(breaker.isOpen, true);
  now = 30_000;
  assert.equal(breaker.isOpen, false);
  assert.equal(breaker.failed(), true);
  assert.equal(breaker.answered(), true);
  assert.equal(breaker.isOpen, false);
});
