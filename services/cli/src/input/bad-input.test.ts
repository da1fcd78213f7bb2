import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { ingestRows, openTopics } from '@ballast/stage/embedded';
import { openInput } from './open-input.ts';

let dir = '';
before(async () => void (dir = await mkdtemp(join(tmpdir(), 'ballast-bad-'))));
after(async () => await rm(dir, { recursive: true }));

/** Each line with the one outcome it must have; a document's outcome is its text. */
const cases: readonly (readonly [name: string, line: Buffer, outcome: string])[] = [
  ['a document', Buffer.from('{"text":"first"}'), 'first'],
  ['not JSON', Buffer.from('{"text": nope}'), 'not_json'],
  ['half a line', Buffer.from('{"text":"ha'), 'not_json'],
  [
    'invalid UTF-8',
    Buffer.concat([Buffer.from('{"text":"'), Buffer.of(0xc3, 0x28), Buffer.from('"}')]),
    'invalid_utf8',
  ],
  ['a lone surrogate', Buffer.from('{"text":"\\ud800"}'), 'lone_surrogate'],
  ['an empty line', Buffer.from(''), 'empty_value'],
  ['white space', Buffer.from(' \t \r'), 'empty_value'],
  ['no text', Buffer.from('{"id":"1"}'), 'missing_text'],
  ['null text', Buffer.from('{"text":null}'), 'missing_text'],
  ['wrong types', Buffer.from('{"text":7}'), 'wrong_types'],
  ['an array', Buffer.from('["text"]'), 'not_an_object'],
  ['a number', Buffer.from('12'), 'not_an_object'],
  ['depth 100,000', Buffer.from(`{"text":"a","m":${'['.repeat(1e5)}${']'.repeat(1e5)}}`), 'too_deep'],
  ['__proto__', Buffer.from('{"text":"proto","__proto__":{"polluted":true}}'), 'proto'],
  ['a line of 50 MB', Buffer.alloc(50_000_000, 'x'), 'too_large'],
  ['a document after all that', Buffer.from('{"text":"last"}'), 'last'],
];

describe('bad input', () => {
  for (const ending of ['jsonl', 'jsonl.zst']) {
    it(`.${ending}: each line has one named outcome, and the next one goes on`, async () => {
      const path = join(dir, `bad.${ending}`);
      const plain = Buffer.concat(cases.flatMap(([, line]) => [line, Buffer.from('\n')]));
      await writeFile(path, ending === 'jsonl' ? plain : zstdCompressSync(plain));
      await using topics = await openTopics(join(dir, ending), { partitions: 1 });
      const { topic } = await ingestRows(topics, { path, trusted: [], rows: () => openInput(path) });
      const outcomes: string[] = [];
      const { signal } = new AbortController();
      for await (const { batch } of topics.source({ group: 'g', topics: [topic], signal, until: 'end' })) {
        outcomes.push(...batch.map(({ document, unreadable }) => document?.text ?? unreadable ?? ''));
      }
      assert.deepEqual(
        outcomes.map((outcome, index) => [cases[index]?.[0], outcome]),
        cases.map(([name, , outcome]) => [name, outcome]),
      );
      assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
    });
  }
});
