import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { windowsOf } from './windows.ts';

test('windows are equally long, in order, cover every token, and end with the text', () => {
  const sizes = fc.record({
    tokens: fc.nat(300),
    length: fc.integer({ min: 1, max: 40 }),
    stride: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(
    fc.property(sizes, ({ tokens, length, stride }) => {
      const ids = Array.from({ length: tokens }, (_, n) => n);
      const windows = windowsOf(ids, length, stride);
      assert.deepEqual(
        [...new Set(windows.flat())].toSorted((a, b) => a - b),
        ids,
      );
      assert.ok(windows.every((window) => window.length === Math.min(length, tokens)));
      assert.equal(windows.at(-1)?.at(-1), ids.at(-1));
    }),
    { seed: 5 },
  );
});

test('windows start a stride apart, the last as far back as it must', () => {
  assert.deepEqual(
    windowsOf([0, 1, 2, 3, 4, 5, 6], 4, 2).map(([first]) => first),
    [0, 2, 3],
  );
  assert.deepEqual(windowsOf([0, 1, 2, 3], 4, 2), [[0, 1, 2, 3]]);
});
