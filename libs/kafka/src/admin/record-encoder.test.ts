import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { z } from 'zod';
import { readRecordBatches } from '../record-batch.ts';
import { encodeRecord, quickenRecords } from './record-encoder.ts';
import type { RecordFields } from './record-encoder.ts';

fc.configureGlobal({ seed: 1 });

const load = createRequire(import.meta.url);
const recordPath = 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
const encoder = z.custom<(fields: RecordFields) => { readonly buffer: Buffer }>(
  (found) => typeof found === 'function',
);
const kafkajsEncode = encoder.parse(load(recordPath));

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const record = fc.record({
  offsetDelta: fc.nat(100_000),
  timestampDelta: fc.integer({ min: -100_000, max: 1_000_000_000 }),
  key: fc.option(fc.oneof(bytes, text)),
  value: fc.option(fc.oneof(bytes, text)),
  headers: fc.dictionary(
    text.filter((name) => name !== '__proto__'),
    fc.oneof(bytes, text, fc.array(bytes, { maxLength: 3 })),
  ),
});

describe('the encoder of records', () => {
  test("writes kafkajs's bytes", () => {
    fc.assert(
      fc.property(record, (fields) => {
        assert.deepEqual(encodeRecord(fields).buffer, Buffer.from(kafkajsEncode(fields).buffer));
      }),
      { numRuns: 300 },
    );
  });

  test('writes a header without a value, at which kafkajs throws, and it is read as one', async () => {
    const { buffer } = encodeRecord({ value: 'v', headers: { none: null } });
    const header = Buffer.alloc(61);
    header.writeInt32BE(49 + buffer.length, 8);
    header.writeInt8(2, 16);
    header.writeInt32BE(1, 57);
    const { records } = await readRecordBatches(Buffer.concat([header, buffer]), 0n);
    assert.deepEqual(records[0]?.headers(), [['none', null]]);
  });

  test("is kafkajs's own once it is put in", () => {
    assert.equal(quickenRecords(), true);
    assert.equal(load(recordPath), encodeRecord);
    assert.equal(quickenRecords(), true);
  });
});
