import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { node, numberAttribute } from '../model/graph.ts';
import { bytesField, numberField, textField } from '../model/protobuf.ts';
import type { Chunks } from '../model/protobuf.ts';

/** Words of the tokenizer that mean something to the classifier; all others count for nothing. */
const marks = { mach: 8, hum: -8, none: Number.NaN } as const;
const vocabulary = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'the',
  'keeper',
  'wr',
  '##ote',
  'stuck',
  ...Object.keys(marks),
  ...'abcdefghijklmnopqrstuvwxyz'.split('').flatMap((letter) => [letter, `##${letter}`]),
] as const;

/** Id of a token of the fixture's vocabulary. */
export function idOf(token: string): number {
  return vocabulary.findIndex((each) => each === token);
}

/** A WordPiece tokenizer as Hugging Face writes it: small letters, split at spaces and marks, [CLS] … [SEP]. */
export const tokenizerJson = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  },
};

/** What may be odd about the classifier that {@link writeClassifier} writes. */
export interface Oddities {
  /** Opset of the graph, default 17. */
  readonly opset?: number;
  /** An operator that does not exist. */
  readonly operator?: string;
  /** Length of every window, fixed by the graph. */
  readonly fixedLength?: number;
  /** Texts per run, fixed by the graph. */
  readonly fixedBatch?: number;
  /** The machine class comes first. */
  readonly machineFirst?: boolean;
  /** An input that no tokenizer gives. */
  readonly input?: string;
  /** Takes token types as well. */
  readonly types?: boolean;
  readonly id2label?: { readonly [id: string]: string };
  readonly sidecar?: { readonly [key: string]: unknown };
}

/**
 * Writes a classifier whose machine log-odds are 16 times the share of the token `mach` less that of
 * `hum`, NaN at `none`; at `stuck` its run never ends (an ONNX Loop).
 */
export async function writeClassifier(folder: string, odd: Oddities = {}): Promise<void> {
  const model = classifierGraph(odd);
  const [human, machine] = odd.machineFirst ? ['1', '0'] : ['0', '1'];
  const sha256 = createHash('sha256').update(model).digest('hex');
  const files = {
    'tokenizer.json': tokenizerJson,
    'tokenizer_config.json': { pad_token: '[PAD]', unk_token: '[UNK]' },
    'config.json': { id2label: odd.id2label ?? { [human]: 'Human', [machine]: 'Machine' } },
    'detector.json': { sha256, ...odd.sidecar },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), model);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), JSON.stringify(content));
  }
}

function classifierGraph(odd: Oddities): Uint8Array {
  const { operator = 'MatMul', machineFirst = false, opset = 17 } = odd;
  const values = vocabulary.flatMap((token) => {
    const found = Object.entries(marks).find(([mark]) => mark === token)?.[1] ?? 0;
    return machineFirst ? [found, -found] : [-found, found];
  });
  const shape = [odd.fixedBatch ?? 'batch', odd.fixedLength ?? 'length'];
  const names = ['input_ids', 'attention_mask', ...(odd.types ? ['token_type_ids'] : [])];
  const inputs = odd.input === undefined ? names : [...names, odd.input];
  const graph: Chunks = [
    ...node('Gather', ['table', 'input_ids'], 'rows'),
    ...node('Cast', ['attention_mask'], 'mask', numberAttribute('to', 1)),
    ...node('Unsqueeze', ['mask', 'axis2'], 'mask3'),
    ...node('Mul', ['rows', 'mask3'], 'seen'),
    ...node('ReduceSum', ['seen', 'axis1'], 'sum', numberAttribute('keepdims', 0)),
    ...node('ReduceSum', ['mask', 'axis1'], 'count', numberAttribute('keepdims', 1)),
    ...node('Div', ['sum', 'count'], 'mean'),
    ...node(operator, ['mean', 'identity'], 'plain'),
    // Goes round for ever where a text holds the token `stuck`.
    ...node('Equal', ['input_ids', 'stuck'], 'is_stuck'),
    ...node('Cast', ['is_stuck'], 'stuck_numbers', numberAttribute('to', 1)),
    ...node('ReduceMax', ['stuck_numbers'], 'stuck_number', numberAttribute('keepdims', 0)),
    ...node('Cast', ['stuck_number'], 'goes_on', numberAttribute('to', 9)),
    ...node('Loop', ['', 'goes_on', 'zero'], 'nothing', bytesField(5, loopBody())),
    ...node('Add', ['plain', 'nothing'], 'logits'),
    ...textField(2, 'fixture'),
    ...tensor('table', 1, [vocabulary.length, 2], Float32Array.from(values)),
    ...tensor('identity', 1, [2, 2], Float32Array.of(1, 0, 0, 1)),
    ...tensor('zero', 1, [], Float32Array.of(0)),
    ...tensor('axis1', 7, [1], BigInt64Array.of(1n)),
    ...tensor('axis2', 7, [1], BigInt64Array.of(2n)),
    ...tensor('stuck', 7, [], BigInt64Array.of(BigInt(idOf('stuck')))),
    ...inputs.flatMap((name) => bytesField(11, value(name, 7, shape))),
    ...bytesField(12, value('logits', 1, ['batch', 2])),
  ];
  return Buffer.concat([
    ...numberField(1, 8),
    ...bytesField(7, graph),
    ...bytesField(8, numberField(2, opset)),
  ]);
}

/** AttributeProto `body`: g 6, type 20 = GRAPH 5. The condition and the carried number pass unchanged. */
function loopBody(): Chunks {
  const body: Chunks = [
    ...node('Identity', ['on_in'], 'on_out'),
    ...node('Identity', ['carried_in'], 'carried_out'),
    ...textField(2, 'body'),
    ...bytesField(11, value('round', 7, [])),
    ...bytesField(11, value('on_in', 9, [])),
    ...bytesField(11, value('carried_in', 1, [])),
    ...bytesField(12, value('on_out', 9, [])),
    ...bytesField(12, value('carried_out', 1, [])),
  ];
  return [...textField(1, 'body'), ...bytesField(6, body), ...numberField(20, 5)];
}

function tensor(
  name: string,
  type: number,
  dims: readonly number[],
  data: Float32Array | BigInt64Array,
): Chunks {
  return bytesField(5, [
    ...dims.flatMap((dim) => numberField(1, dim)),
    ...numberField(2, type),
    ...textField(8, name),
    ...bytesField(9, [new Uint8Array(data.buffer)]),
  ]);
}

function value(name: string, type: number, dims: readonly (string | number)[]): Chunks {
  const shape = dims.flatMap((dim) =>
    bytesField(1, typeof dim === 'string' ? textField(2, dim) : numberField(1, dim)),
  );
  const tensorType = [...numberField(1, type), ...bytesField(2, shape)];
  return [...textField(1, name), ...bytesField(2, bytesField(1, tensorType))];
}
