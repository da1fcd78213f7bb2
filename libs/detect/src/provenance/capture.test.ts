import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareCapture, cutoffMsOf } from './capture.ts';

const cutoff = cutoffMsOf('2022-11-30') ?? 0;

describe('capture dates', () => {
  test('attest only when the whole period they name lies before the cutoff', () => {
    assert.equal(compareCapture('2022-11-29', cutoff), 'before');
    assert.equal(compareCapture('2022-11-29T23:59:59Z', cutoff), 'before');
    assert.equal(compareCapture('2022-11-30', cutoff), 'after');
    assert.equal(compareCapture('2022-11-30T00:00:00Z', cutoff), 'after');
    assert.equal(compareCapture('2022', cutoff), 'after');
    assert.equal(compareCapture('2022-11', cutoff), 'after');
    assert.equal(compareCapture('2022-10', cutoff), 'before');
    assert.equal(compareCapture('2021', cutoff), 'before');
  });

  test('are compared in UTC', () => {
    assert.equal(compareCapture('2022-11-30T01:00:00+02:00', cutoff), 'before');
    assert.equal(compareCapture('2022-11-29T23:30:00-02:00', cutoff), 'after');
    assert.equal(compareCapture('2022-11-29 23:59:59', cutoff), 'before');
  });

  test('no archive wrote 1970, a thirtieth of February, or prose', () => {
    for (const date of [
      '1970-01-01',
      '0000',
      '2021-02-30',
      '2021-13-01',
      'yesterday',
      '',
      '20210101',
      'Nov 1, 2020',
    ]) {
      assert.equal(compareCapture(date, cutoff), 'implausible', date);
    }
  });

  test('a cutoff that is no date is no cutoff', () => {
    assert.equal(cutoffMsOf('soon'), undefined);
    assert.equal(cutoffMsOf('2022-11-30'), Date.UTC(2022, 10, 30));
  });
});
