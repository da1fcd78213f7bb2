import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFlags } from './flags.ts';

const args = {
  stage: { type: 'positional', required: false },
  input: { type: 'string' },
  json: { type: 'boolean' },
  workers: { type: 'string' },
} as const;

describe('readFlags', () => {
  test('a string flag takes every word up to the next flag, and may be repeated', () => {
    assert.deepEqual(readFlags(['--input', 'a', 'b', '--json', '--input', 'c'], args).texts('input'), [
      'a',
      'b',
      'c',
    ]);
    assert.deepEqual(readFlags(['--input=a', '--input', '-'], args).texts('input'), ['a', '-']);
  });

  test('a word before any string flag is positional', () => {
    const flags = readFlags(['detector+verifier', '--json', '--input', 'x'], args);
    assert.deepEqual(flags.positionals, ['detector+verifier']);
    assert.equal(flags.on('json'), true);
    assert.equal(flags.text('input'), 'x');
  });

  test('an unknown flag is an error, never ignored', () => {
    assert.throws(() => readFlags(['--inptu', 'a'], args), { code: 'BALLAST_CLI_USAGE', exit: 2 });
  });

  test('a count is a whole number within its range', () => {
    assert.equal(readFlags(['--workers', '3'], args).count('workers', 1), 3);
    for (const value of ['0', '1.5', 'two', '']) {
      assert.throws(() => readFlags([`--workers=${value}`], args).count('workers', 1), {
        code: 'BALLAST_CLI_USAGE',
      });
    }
  });
});
