import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DetectVerdict, Document, Verdicts } from '@ballast/document';
import type { Arrival } from '@ballast/stage';
import * as fc from 'fast-check';
import { microseconds, refusedRowOf, rowOf } from './row.ts';
import { editText } from './text-edits.ts';

function arrival(document: Partial<Document> | undefined, lane = 'documents.human'): Arrival {
  return {
    position: { topic: 'documents.raw', partition: 3, offset: 7n },
    read: { topic: lane, partition: 3, offset: 5n },
    previous: undefined,
    value: new TextEncoder().encode('{"raw'),
    verdicts: {},
    document: document === undefined ? undefined : { id: 'a', text: 'One two.', source: 's', ...document },
    unreadable: document === undefined ? 'not_json' : undefined,
  };
}

const judged: DetectVerdict = {
  stage: 'detect',
  version: '1',
  action: 'keep',
  reason: 'model',
  pool: 'uncertain',
  band: 'p50',
  p: 0.4,
  pUpper: 0.45,
  eps: 0.02,
  calibrated: true,
  family: 's',
  basis: 'model',
  evidence: [],
  snapshots: { model: 'm', calibration: 'c', prevalence: 'p' },
};

const first = { index: 0, granted: 1, unit: 2 };
const context = { generation: 4 };

const verify = (verified: boolean): Verdicts => ({
  verify: {
    stage: 'verify',
    version: '1',
    action: 'keep',
    reason: 'ok',
    preset: 'datatrove-0.10',
    tokenizer: 't',
    ratios: {},
    failed: [],
    verified,
    check: { kind: 'math', outcome: verified ? 'pass' : 'unknown', trusted: true },
  },
});

describe('the row of a kept document', () => {
  test('carries p, its upper end and the calibration error of the verdict', () => {
    const row = rowOf(arrival({}, 'documents.p50'), { detect: judged }, first, context);
    assert.equal(row.origin, 'unknown');
    assert.equal(row.lane, 'p50');
    assert.deepEqual([row.p_synthetic, row.p_synthetic_upper, row.calibration_error], [0.4, 0.45, 0.02]);
    assert.deepEqual([row.generation, row.unit, row.weight, row.token_count], [4, 2, 1, 3]);
    assert.deepEqual(
      [row.position_topic, row.position_partition, row.position_offset],
      ['documents.raw', 3, 7n],
    );
  });

  test('counts attested text 0 and declared text 1, both without calibration error', () => {
    const anchor = rowOf(
      arrival({}),
      { detect: { ...judged, pool: 'anchor', basis: 'attested', p: 0.01 } },
      first,
      context,
    );
    assert.deepEqual(
      [anchor.origin, anchor.p_synthetic, anchor.p_synthetic_upper, anchor.calibration_error],
      ['human', 0, 0, 0],
    );
    const declared = rowOf(
      arrival({}),
      { detect: { ...judged, pool: 'synthetic', basis: 'declared', p: 0.95 } },
      first,
      context,
    );
    assert.deepEqual(
      [declared.origin, declared.p_synthetic, declared.calibration_error],
      ['synthetic', 1, 0],
    );
  });

  test('names a check only when the verifier counts it as verified', () => {
    assert.equal(rowOf(arrival({}), verify(true), first, context).verify, 'math');
    assert.equal(rowOf(arrival({}), verify(false), first, context).verify, 'none');
    assert.equal(rowOf(arrival({}), {}, first, context).verify, 'none');
  });

  test('keeps labels, declaration and check beside the metadata', () => {
    const row = rowOf(
      arrival({
        labels: { stratum: 'x' },
        declared: { origin: 'synthetic', generator: 'g' },
        metadata: { a: 1 },
      }),
      {},
      first,
      context,
    );
    assert.deepEqual(JSON.parse(row.metadata ?? ''), {
      a: 1,
      labels: { stratum: 'x' },
      declared: { origin: 'synthetic', generator: 'g' },
    });
    assert.equal(row.generator, 'g');
    assert.equal(rowOf(arrival({}), {}, first, context).metadata, null);
  });

  test('takes the licence of the source registry before what the document says', () => {
    const own = arrival({ metadata: { license: 'MIT' } });
    assert.equal(rowOf(own, {}, first, context).licence, 'MIT');
    assert.equal(rowOf(own, {}, first, { ...context, licenceOf: () => 'CC0-1.0' }).licence, 'CC0-1.0');
  });

  test('is edited in the text column alone, and says so', () => {
    const row = rowOf(arrival({ text: 'se\u200Bcret\uFEFF' }), {}, first, context);
    assert.equal(row.text, 'secret');
    assert.equal(row.text_bytes, 6);
    assert.deepEqual(JSON.parse(row.text_edits ?? ''), [{ rule: 'invisible_characters', units: 2 }]);
    assert.equal(rowOf(arrival({ text: 'plain' }), {}, first, context).text_edits, null);
  });
});

describe('the row of a refused document', () => {
  test('keeps the raw bytes of what could not be read, and its reason', () => {
    const row = refusedRowOf(arrival(undefined, 'documents.dead'), {}, context);
    assert.deepEqual([row.action, row.reason, row.text, row.token_count], ['dead', 'not_json', null, 0]);
    assert.deepEqual(row.value, new TextEncoder().encode('{"raw'));
  });

  test('keeps the text as it was ingested, with the stage that refused it', () => {
    const refused: Verdicts = {
      mix: { stage: 'mix', version: '1', action: 'defer', reason: 'too_long_for_bound' },
    };
    const row = refusedRowOf(arrival({ text: 'a\u200Bb' }), refused, context);
    assert.deepEqual(
      [row.text, row.stage, row.action, row.reason],
      ['a\u200Bb', 'mix', 'defer', 'too_long_for_bound'],
    );
    assert.equal(row.value, null);
    assert.throws(() => refusedRowOf(arrival({}), {}, context), RangeError);
  });
});

describe('the date column', () => {
  for (const [text, expected] of [
    ['2020-01-02', 1_577_923_200_000_000n],
    ['2020-01-02T03:04:05Z', 1_577_934_245_000_000n],
    ['2020-01-02 03:04:05', 1_577_934_245_000_000n],
    ['2020-01-02T03:04:05+0100', 1_577_930_645_000_000n],
    ['2020', 1_577_836_800_000_000n],
    ['yesterday', null],
    ['2020-13-45', null],
    ['May 1', null],
  ] as const) {
    test(`${text} is ${expected}`, () => assert.equal(microseconds(text), expected));
  }
});

/** Content-credential wrapper: U+FEFF, then each byte as one variation selector (C2PA 2.3, unstructured text). */
const wrap = (bytes: Uint8Array) =>
  `\uFEFF${[...bytes].map((byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16)).join('')}`;

describe('the text policy', () => {
  test('takes out a content-credential wrapper wherever it stands', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({ minLength: 2 }), fc.string(), (before, bytes, after) => {
        const plain = editText(before + after);
        fc.pre(plain.edits.length === 0 && !after.startsWith('\uFE0F'));
        assert.equal(editText(before + wrap(bytes) + after).text, before + after);
      }),
      { seed: 7 },
    );
  });

  test('is idempotent and never makes a text ill-formed', () => {
    const awkward = fc.string({
      unit: fc.constantFrom(
        'a',
        '\u200B',
        '\u200D',
        '\uFE0F',
        '\uFEFF',
        '😀',
        '\u{E0100}',
        '\u0628',
        '\u{E0067}',
      ),
    });
    fc.assert(
      fc.property(awkward, (text) => {
        const once = editText(text).text;
        assert.ok(once.isWellFormed());
        assert.equal(editText(once).text, once);
      }),
      { seed: 7 },
    );
  });

  for (const [what, text] of [
    ['emoji families', '👨\u200D👩\u200D👧'],
    ['emoji presentation', '❤\uFE0F'],
    ['flags made of tags', '\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}'],
    ['Persian joiners', 'می\u200Cخواهم'],
    ['Hindi joiners', 'क\u094D\u200Dष'],
    ['Thai word boundaries', 'ภาษา\u200Bไทย'],
    ['direction marks in Arabic', 'مرحبا\u200F!'],
  ] as const) {
    test(`leaves ${what} alone`, () => assert.equal(editText(text).text, text));
  }
});
