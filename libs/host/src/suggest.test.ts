import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { suggest } from './suggest.ts';

fc.configureGlobal({ seed: 1 });

const keys = ['unverified', 'total', 'tau', 'timeoutMs', 'repeatsMax'];

test('a slip of the keyboard finds the key that was meant', () => {
  assert.equal(suggest('totl', keys), 'total');
  assert.equal(suggest('unverfied', keys), 'unverified');
  assert.equal(suggest('timeoutms', keys), 'timeoutMs');
  assert.equal(suggest('repeatMax', keys), 'repeatsMax');
  assert.equal(suggest('tua', keys), 'tau', 'swapped neighbours are one slip');
});

test('a word that resembles nothing gets no suggestion', () => {
  assert.equal(suggest('quality', keys), undefined);
  assert.equal(suggest('x'.repeat(100_000), keys), undefined);
  assert.equal(suggest('', []), undefined);
});

test('every key is the best suggestion for itself', () => {
  fc.assert(fc.property(fc.constantFrom(...keys), (key) => suggest(key, keys) === key));
});
