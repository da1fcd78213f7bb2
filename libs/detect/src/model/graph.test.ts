import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { headNames, plattFor } from './card.ts';
import { readTables, writeGraph } from './graph.ts';
import { bytesField, numberField, readFields, textField } from './protobuf.ts';
import { packTables, unpackWeights } from './tables.ts';

describe('protobuf', () => {
  it('writes what the wire format says', () => {
    // From the Protocol Buffers encoding guide: field 1 = 150, field 2 = "testing".
    const bytes = Buffer.concat([...numberField(1, 150), ...textField(2, 'testing')]);
    assert.equal(bytes.toString('hex'), '089601120774657374696e67');
  });

  it('reads what it wrote', () => {
    const field = fc.record(
      {
        field: fc.integer({ min: 1, max: 500 }),
        value: fc.oneof(fc.maxSafeNat(), fc.uint8Array({ maxLength: 300 })),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const chunks = fields.flatMap(({ field, value }) =>
          typeof value === 'number' ? numberField(field, value) : bytesField(field, [value]),
        );
        const read = [...readFields(Uint8Array.from(Buffer.concat(chunks)))];
        assert.deepEqual(read, fields);
      }),
      { seed: 8 },
    );
  });

  it('refuses bytes that end early', () => {
    assert.throws(() => [...readFields(Uint8Array.of(0x12, 5, 1))], RangeError);
    assert.throws(() => [...readFields(Uint8Array.of(0x08, 0x80))], RangeError);
  });
});

describe('model tables', () => {
  const weights = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i) * 4);
  const idf = Float32Array.from({ length: 256 }, (_, i) => 1 + (i / 255) * 10);

  it('are stored to half precision and a 255th of the idf range', () => {
    const { tables, idfScale } = packTables('word', weights, idf);
    for (const [i, weight] of unpackWeights(tables).entries()) {
      assert.ok(Math.abs(weight - (weights[i] ?? 0)) <= 4 / 2048);
      assert.ok(Math.abs(1 + idfScale * (tables.idf[i] ?? 0) - (idf[i] ?? 0)) <= idfScale / 2 + 1e-6);
    }
  });

  it('come back from the ONNX file, also where the file lies at an odd offset', () => {
    const packed = headNames.map((name) => packTables(name, weights, idf));
    const heads = packed.map(({ tables, idfScale }) => ({
      name: tables.name,
      bits: 8,
      bias: 0,
      mean: 0,
      sd: 1,
      idfScale,
      kept: [],
    }));
    const tables = packed.map((one) => one.tables);
    const model = writeGraph(heads, tables);
    const shifted = Buffer.concat([Buffer.of(0), model]).subarray(1);
    assert.deepEqual(readTables(model), tables);
    for (const [i, { weights }] of readTables(shifted).entries()) {
      assert.deepEqual(weights, tables[i]?.weights);
    }
    assert.throws(() => readTables(Uint8Array.of()), RangeError);
  });
});

describe('plattFor', () => {
  it('takes the first bucket that is long enough', () => {
    const platt = [
      { maxLength: 399, a: 1, b: 0 },
      { maxLength: null, a: 2, b: 0 },
    ];
    assert.deepEqual(
      [0, 399, 400, 1e9].map((length) => plattFor(platt, length).a),
      [1, 1, 2, 2],
    );
  });
});
