import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { partitionsOf, readServeFlags } from './serve-flags.ts';

describe('flags of a stage service', () => {
  test('are read, and --help needs nothing else', () => {
    assert.deepEqual(readServeFlags('detector', ['--state', 'dir', '--port', '0']), {
      state: 'dir',
      config: undefined,
      partitions: undefined,
      port: 0,
      brokers: undefined,
      insecure: false,
    });
    assert.deepEqual(readServeFlags('detector', ['--state', 'd', '--brokers', 'a:1, [::1]:2']), {
      state: 'd',
      config: undefined,
      partitions: undefined,
      port: undefined,
      insecure: false,
      brokers: ['a:1', '[::1]:2'],
    });
    assert.equal(readServeFlags('detector', ['--help']), 'help');
  });

  test('an unknown flag, a missing state and a port that is none are usage, exit 2', () => {
    for (const args of [
      ['--state', 'd', '--statte', 'x'],
      [],
      ['--state', 'd', '--port', 'abc'],
      ['--state', 'd', '--port', '70000'],
      ['--state', 'd', '--brokers', 'a:1,'],
    ]) {
      assert.throws(() => readServeFlags('detector', args), { code: 'BALLAST_HOST_USAGE', exit: 2 });
    }
  });

  test('partitions are those that exist, and never silently none', () => {
    assert.equal(partitionsOf(undefined, 4), undefined);
    assert.deepEqual(partitionsOf('0,3', 4), [0, 3]);
    for (const given of ['x', '', '4', '-1', '1.5', '0,,1']) {
      assert.throws(() => partitionsOf(given, 4), { code: 'BALLAST_HOST_USAGE', exit: 2 });
    }
  });
});
