import type { HeadCard } from './card.ts';
import { headNames } from './card.ts';
import { bytesField, numberField, readFields, textField } from './protobuf.ts';
import type { Chunks } from './protobuf.ts';
import type { HeadTables } from './tables.ts';

/**
 * Names of a head's two inputs: buckets int32 [texts · slots], row after row, and their weights 1 + ln tf,
 * float [texts, slots]; a padded slot has bucket 0 and weight 0. Int32, since JavaScript fills it without
 * BigInt. The buckets are flat, so that the tables are read by GatherElements: in ONNX Runtime 1.30 a quarter
 * of the time of Gather, which copies one element at a time (`bench:detect --only speed`).
 */
export const inputsOf = (head: HeadCard['name']): readonly [ids: string, counts: string] => [
  `${head}_ids`,
  `${head}_counts`,
];

/** Name of the one output: float [texts]. */
export const outputName = 'logit';

// Numbers of onnx.proto (ONNX 1.12, IR version 8).
const dataType = { float: 1, uint8: 2, int32: 6, int64: 7, float16: 10 } as const;
const attributeType = { int: 2, ints: 7 } as const;
type DataType = (typeof dataType)[keyof typeof dataType];

/**
 * Writes the model as ONNX (IR 8, opset 17). Per head: idf and weight are gathered by bucket,
 * x = counts · idf, logit = Σ x·w / |x|, standardised by the card; the output is the heads' mean.
 */
export function writeGraph(heads: readonly HeadCard[], tables: readonly HeadTables[]): Uint8Array {
  const parts = heads.map((head) => headGraph(head, tablesOf(head, tables)));
  const graph: Chunks = [
    ...parts.flatMap((part) => part.nodes),
    ...node(
      'Sum',
      heads.map((head) => `${head.name}_standard`),
      'sum',
    ),
    ...node('Mul', ['sum', 'share'], outputName),
    ...textField(2, 'ballast-detector'),
    ...parts.flatMap((part) => part.tensors),
    ...scalar('share', 1 / heads.length),
    ...scalar('one', 1),
    ...scalar('tiny', 1e-12),
    ...tensor('axis', dataType.int64, [1], new Uint8Array(BigInt64Array.of(1n).buffer)),
    ...parts.flatMap((part) => part.inputs),
    // GraphProto.output
    ...bytesField(12, valueInfo(outputName, dataType.float, ['texts'])),
  ];
  // ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8 (version 2).
  return joined([
    ...numberField(1, 8),
    ...textField(2, 'ballast'),
    ...bytesField(7, graph),
    ...bytesField(8, numberField(2, 17)),
  ]);
}

/** Reads the tables of each head back from a file that {@link writeGraph} wrote. Throws RangeError for any other. */
export function readTables(model: Uint8Array): readonly HeadTables[] {
  const raw = new Map<string, Uint8Array>();
  for (const part of readFields(model)) {
    if (part.field !== 7 || typeof part.value === 'number') continue;
    for (const { field, value } of readFields(part.value)) {
      if (field === 5 && typeof value !== 'number') readTensor(value, raw);
    }
  }
  const names = headNames.filter((name) => raw.has(`${name}_weights`));
  if (names.length === 0) throw new RangeError('readTables: no tables of any head');
  return names.map((name) => {
    const weights = raw.get(`${name}_weights`);
    const idf = raw.get(`${name}_idf`);
    if (weights === undefined || idf === undefined || weights.byteLength !== 2 * idf.byteLength) {
      throw new RangeError(`readTables: no tables of the ${name} head`);
    }
    // Copied, for a 16-bit view needs an even offset (`slice` of a Buffer would not copy).
    return { name, weights: new Uint16Array(Uint8Array.from(weights).buffer), idf };
  });
}

/** TensorProto: name 8, raw_data 9. */
function readTensor(tensor: Uint8Array, into: Map<string, Uint8Array>): void {
  let name = '';
  let data: Uint8Array | undefined;
  for (const { field, value } of readFields(tensor)) {
    if (typeof value === 'number') continue;
    if (field === 8) name = new TextDecoder().decode(value);
    if (field === 9) data = value;
  }
  if (data !== undefined) into.set(name, data);
}

function tablesOf(head: HeadCard, tables: readonly HeadTables[]): HeadTables {
  const found = tables.find(({ name }) => name === head.name);
  if (found === undefined) throw new RangeError(`writeGraph: no tables for the ${head.name} head`);
  return found;
}

function headGraph(head: HeadCard, tables: HeadTables): { nodes: Chunks; tensors: Chunks; inputs: Chunks } {
  const { name } = head;
  const [ids, counts] = inputsOf(name);
  const of = (part: string): string => `${name}_${part}`;
  const toFloat = numberAttribute('to', dataType.float);
  return {
    nodes: [
      ...node('Shape', [counts], of('shape')),
      ...node('GatherElements', [of('idf'), ids], of('flat_bytes')),
      ...node('Reshape', [of('flat_bytes'), of('shape')], of('idf_bytes')),
      ...node('Cast', [of('idf_bytes')], of('idf_steps'), toFloat),
      ...node('Mul', [of('idf_steps'), of('idf_scale')], of('idf_above')),
      ...node('Add', [of('idf_above'), 'one'], of('idf_values')),
      ...node('Mul', [counts, of('idf_values')], of('x')),
      ...node('GatherElements', [of('weights'), ids], of('flat_halves')),
      ...node('Reshape', [of('flat_halves'), of('shape')], of('halves')),
      ...node('Cast', [of('halves')], of('w'), toFloat),
      ...node('Mul', [of('x'), of('w')], of('products')),
      ...node('ReduceSum', [of('products'), 'axis'], of('numerator'), numberAttribute('keepdims', 0)),
      ...node('ReduceL2', [of('x')], of('length'), [
        ...numbersAttribute('axes', [1]),
        ...numberAttribute('keepdims', 0),
      ]),
      // An empty bag has length 0: its logit is the bias.
      ...node('Max', [of('length'), 'tiny'], of('norm')),
      ...node('Div', [of('numerator'), of('norm')], of('quotient')),
      ...node('Mul', [of('quotient'), of('slope')], of('scaled')),
      ...node('Add', [of('scaled'), of('offset')], of('standard')),
    ],
    tensors: [
      ...tensor(of('weights'), dataType.float16, [tables.weights.length], bytesOf(tables.weights)),
      ...tensor(of('idf'), dataType.uint8, [tables.idf.length], bytesOf(tables.idf)),
      ...scalar(of('idf_scale'), head.idfScale),
      ...scalar(of('slope'), 1 / head.sd),
      ...scalar(of('offset'), (head.bias - head.mean) / head.sd),
    ],
    // GraphProto.input
    inputs: [
      ...bytesField(11, valueInfo(ids, dataType.int32, [`${name}_cells`])),
      ...bytesField(11, valueInfo(counts, dataType.float, ['texts', `${name}_slots`])),
    ],
  };
}

/** GraphProto.node 1 of NodeProto: input 1, output 2, op_type 4, attribute 5. */
export function node(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: Chunks = [],
): Chunks {
  return bytesField(1, [
    ...inputs.flatMap((input) => textField(1, input)),
    ...textField(2, output),
    ...textField(4, type),
    ...attributes,
  ]);
}

/** AttributeProto: name 1, i 3, type 20. */
export function numberAttribute(name: string, value: number): Chunks {
  return bytesField(5, [
    ...textField(1, name),
    ...numberField(3, value),
    ...numberField(20, attributeType.int),
  ]);
}

/** AttributeProto: name 1, ints 8, type 20. */
function numbersAttribute(name: string, values: readonly number[]): Chunks {
  return bytesField(5, [
    ...textField(1, name),
    ...values.flatMap((value) => numberField(8, value)),
    ...numberField(20, attributeType.ints),
  ]);
}

/** GraphProto.initializer 5 of TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
function tensor(name: string, type: DataType, dims: readonly number[], data: Uint8Array): Chunks {
  return bytesField(5, [
    ...dims.flatMap((dim) => numberField(1, dim)),
    ...numberField(2, type),
    ...textField(8, name),
    ...bytesField(9, [data]),
  ]);
}

function bytesOf(view: Uint16Array | Uint8Array): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function scalar(name: string, value: number): Chunks {
  return tensor(name, dataType.float, [], new Uint8Array(Float32Array.of(value).buffer));
}

/** ValueInfoProto: name 1, type 2 → TypeProto.tensor_type 1: elem_type 1, shape 2 → dim 1 → dim_param 2. */
function valueInfo(name: string, type: DataType, dims: readonly string[]): Chunks {
  const shape = dims.flatMap((dim) => bytesField(1, textField(2, dim)));
  const tensorType = [...numberField(1, type), ...bytesField(2, shape)];
  return [...textField(1, name), ...bytesField(2, bytesField(1, tensorType))];
}

function joined(chunks: Chunks): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
