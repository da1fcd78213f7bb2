import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alarmsOf,
  alarmsOnUnmarked,
  cropsOf,
  expectedCount,
  markedSchemes,
  powerOf,
  stated,
  unmarkedSchemes,
  wordTokens,
} from './measure.ts';

describe('watermarks, measured small', () => {
  test('marked text is found, unmarked text is not', () => {
    for (const scheme of markedSchemes()) {
      const power = powerOf(scheme, 4, 400);
      assert.equal(power.found, 4, scheme.name);
      assert.ok(power.low < 1 && power.high === 1);
      assert.equal(alarmsOnUnmarked(scheme, 4, 400).found, 0, scheme.name);
    }
  });

  test('false alarms on text that no key has marked are as rare as p says', () => {
    const crop = cropsOf(
      [wordTokens()(Array.from({ length: 5_000 }, (_, n) => `word${(n * n) % 997}`).join(' '))],
      300,
      200,
    );
    for (const [name, scheme] of unmarkedSchemes()) {
      const [atPercent = 0, ...rarer] = alarmsOf(scheme, crop, 300, (number) => number);
      assert.ok(atPercent <= expectedCount(300, stated[0]).high + 3, name);
      assert.equal(rarer.at(-1), 0, name);
    }
  });

  test('the expected count of 1,000 draws at 1 % is 4 to 17', () => {
    // R: qbinom(c(.025, .975), 1000, .01)
    assert.deepEqual(expectedCount(1_000, 0.01), { low: 4, high: 17 });
  });
});
