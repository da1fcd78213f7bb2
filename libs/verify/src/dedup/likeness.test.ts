import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import { likenessOf } from './likeness.ts';

const near = pipelineSchema.parse({ verify: { dedup: { near: { action: 'reject', expireDays: 7 } } } }).verify
  .dedup.near;

test('off by default: the text is not even read', () => {
  assert.deepEqual(
    likenessOf('one two three four five', pipelineSchema.parse({}).verify.dedup.near, undefined),
    {},
  );
});

test('a text of five words has 14 bands, one of four none', () => {
  const { near: signature } = likenessOf('one two three four five', near, undefined);
  assert.equal(signature?.bands.length, 14);
  assert.deepEqual([signature?.action, signature?.expireDays], ['reject', 7]);
  assert.equal(likenessOf('one two three four', near, undefined).near, undefined);
});

test('the hash function is the setting’s', () => {
  const [xxh64, sha1] = (['xxh64', 'sha1'] as const).map(
    (hash) => likenessOf('one two three four five', { ...near, hash }, undefined).near?.bands,
  );
  assert.notDeepEqual(xxh64, sha1);
});

describe('time is linear: four times the text takes at most eight times the time', () => {
  const million = 'x'.repeat(1_000_000);
  const texts: Readonly<Record<string, string>> = {
    '10⁵ equal lines': 'the same line again and again\n'.repeat(100_000).slice(0, 1_200_000),
    emoji: '😀'.repeat(300_000),
    'open brackets': '(((('.repeat(300_000),
    'one word': million,
    'many letters of one accent each': 'é'.repeat(300_000),
    'marks on one letter': `e${'\u0301'.repeat(400_000)}`,
    'reordered marks': '\u1715\u302e'.repeat(200_000),
    'capital sigmas and ignorable marks': 'Σ\u0301.'.repeat(200_000),
    'digits and separators': '1.2,'.repeat(300_000),
    'spaces between marks': ' \u0301'.repeat(300_000),
    'words of their own': Array.from({ length: 150_000 }, (_, n) => `w${n.toString(36)}`).join(' '),
  };
  for (const [name, text] of Object.entries(texts)) {
    test(name, () => {
      const quarter = text.slice(0, text.length / 4);
      likenessOf(quarter, near, undefined);
      const [short, long] = [quarter, text].map(cpuMs);
      assert.ok((long ?? 0) < 8 * Math.max(short ?? 0, 20), `${short} ms, then ${long} ms`);
      // Some 80 ms per MB on the slowest of them, measured; a bound, not a goal.
      assert.ok((long ?? 0) < 1_500 * (text.length / 1e6), `${long} ms for ${text.length} characters`);
    });
  }

  test('5 MB of prose', () => {
    const prose = 'The harbour was quiet when the first boats came in, and nobody had slept. '.repeat(68_000);
    assert.ok(cpuMs(prose) < 5_000);
  });

  /** Least CPU time of three, in milliseconds. */
  function cpuMs(text: string): number {
    const times = Array.from({ length: 3 }, () => {
      const before = process.cpuUsage();
      likenessOf(text, near, undefined);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e3;
    });
    return Math.min(...times);
  }
});
