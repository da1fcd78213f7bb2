import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { detectVerdictSchema, pipelineSchema } from '@ballast/document';
import type { DetectJudgement, Trust } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import { detect } from '../../detect.ts';
import { seeded } from '../../calibrate/random.ts';
import { optionsOf, rawRecord } from '../../fixtures.ts';
import type { ProvenanceProbe } from '../probe.ts';
import { generate, greenMarking, toyVocabulary } from './simulate.ts';
import { greenByHmac, greenTable } from './kgw.ts';
import { openWatermarks } from './open.ts';
import { testedLengthMax } from './probe.ts';

const secret = Buffer.from('a key of the tests');
const hmacKey = { scheme: 'kgw', gamma: 0.25, hmac: secret.toString('base64') };
const synthIdKey = { scheme: 'synthid', keys: Array.from({ length: 30 }, (_, depth) => 100 + 7 * depth) };
const marked = textOf(generate(400, 1, greenMarking(greenByHmac(secret, 1, 0.25), 2)));
const unmarked = textOf(generate(400, 1));
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watermarks-'));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(toyTokenizer()));
});
after(() => rm(folder, { recursive: true }));

describe('a watermark of pipeline.yaml', () => {
  it('found is evidence that names key, statistic, tokens and p, and makes the document synthetic', async () => {
    const verdict = await judged(marked, [await opened(hmacKey)]);
    const [evidence] = verdict.evidence;
    assert.ok(evidence?.test !== undefined);
    assert.equal(evidence.name, 'watermark_mine');
    assert.equal(evidence.block, 'watermark');
    assert.equal(evidence.test.scheme, 'kgw/1');
    assert.match(evidence.test.key, /^[0-9a-f]{16}$/);
    assert.ok(evidence.test.statistic > 6 && evidence.test.pValue < 1e-8 && evidence.test.counted > 200);
    assert.equal(evidence.weight, 14);
    assert.equal(verdict.pool, 'synthetic');
    assert.ok(detectVerdictSchema.safeParse(verdict).success);
  });

  it('absent is no evidence at all', async () => {
    const probe = await opened(hmacKey);
    const plain = await judged(unmarked, []);
    const tested = await judged(unmarked, [probe]);
    assert.deepEqual(tested.evidence, []);
    assert.equal(tested.p, plain.p);
  });

  it('takes an allow-listed source its attestation, and the weights decide', async () => {
    const options = {
      sources: pipelineSchema.parse({ sources: [{ match: 'web', trust: 'human' }] }).sources,
      trustOf: () => new Set<Trust>(['source']),
    };
    assert.equal((await judged(unmarked, [await opened(hmacKey)], options)).reason, 'attested_by_source');
    const verdict = await judged(marked, [await opened(hmacKey)], options);
    assert.notEqual(verdict.pool, 'anchor');
    assert.deepEqual(
      verdict.evidence.map(({ weight }) => weight).toSorted((a, b) => a - b),
      [-6, 14],
    );
  });

  it('in too short a text is not looked for', async () => {
    const short = marked.split(' ').slice(0, 90).join(' ');
    assert.deepEqual((await judged(short, [await opened(hmacKey)])).evidence, []);
    assert.equal((await judged(short, [await opened({ ...hmacKey, minTokens: 50 })])).evidence.length, 1);
  });

  it('is looked for in the sources it is for, and every key that is tried costs p its number', async () => {
    const one = await judged(marked, [await opened(hmacKey)]);
    const both = await openWatermarks([
      await entry(hmacKey),
      { ...(await entry(synthIdKey, 'other')), name: 'other' },
    ]);
    const elsewhere = await openWatermarks([
      await entry(hmacKey),
      { ...(await entry(synthIdKey, 'other')), name: 'other', sources: ['elsewhere*'] },
    ]);
    const pOf = (verdict: DetectJudgement): number => verdict.evidence[0]?.test?.pValue ?? 1;
    assert.ok(Math.abs(pOf(await judged(marked, [both])) / pOf(one) - 2) < 1e-9);
    assert.equal(pOf(await judged(marked, [elsewhere])), pOf(one));
  });

  it('stands in the verdict’s snapshots by a hash that every part of it changes', async () => {
    const hashOf = async (probes: readonly ProvenanceProbe[]) => (await judged(unmarked, probes)).snapshots;
    const first = await hashOf([await opened(hmacKey)]);
    assert.match(first.probes ?? '', /^[0-9a-f]{16}$/);
    assert.deepEqual(await hashOf([await opened(hmacKey)]), first);
    assert.notDeepEqual(await hashOf([await opened({ ...hmacKey, power: 0.5 })]), first);
    const sources = await openWatermarks([{ ...(await entry(hmacKey)), sources: ['web'] }]);
    assert.notDeepEqual(await hashOf([sources]), first);
    assert.equal((await hashOf([])).probes, undefined);
  });

  it('is found by imported tables, masks and sampling tables too', async () => {
    const rowBytes = toyVocabulary / 8;
    const draw = seeded('green lists').uniform;
    const table = new Uint8Array(toyVocabulary * rowBytes);
    for (let row = 0; row < toyVocabulary; row += 1)
      for (let token = 0; token < toyVocabulary; token += 1)
        if (draw() < 0.25) setBit(table, row * rowBytes, token);
    await writeFile(join(folder, 'green.bin'), table);
    const tabled = await opened({
      scheme: 'kgw',
      vocabulary: toyVocabulary,
      gamma: 0.25,
      table: 'green.bin',
    });
    const byTable = textOf(generate(400, 1, greenMarking(greenTable(table, toyVocabulary), 2)));
    assert.equal((await judged(byTable, [tabled])).evidence[0]?.test?.scheme, 'kgw/1');
    assert.deepEqual((await judged(marked, [tabled])).evidence, []);

    const mask = Buffer.alloc(rowBytes, 0x55).toString('base64');
    const even = textOf(Array.from({ length: 200 }, (_, n) => 2 * n));
    const unigram = await opened({ scheme: 'unigram', vocabulary: toyVocabulary, mask });
    assert.equal((await judged(even, [unigram])).evidence[0]?.test?.scheme, 'unigram/2');

    const samplingTable = Buffer.alloc(8192, 0xff).toString('base64');
    const all = await opened({ ...synthIdKey, samplingTable });
    assert.equal((await judged(unmarked, [all])).evidence[0]?.test?.scheme, 'synthid/1');
  });

  it('costs bounded work on any text', async () => {
    const probe = await opened(hmacKey);
    const examined = (text: string): number => {
      const start = performance.now();
      void probe.examine({
        document: { id: '1', text, source: 'web' },
        facts: { family: 'web', trust: 'none', prior: undefined, match: undefined },
        trust: new Set(),
      });
      return performance.now() - start;
    };
    const long = `${marked} `.repeat(Math.ceil(5_000_000 / marked.length));
    for (const text of [long, `a${'\u0301'.repeat(100_000)}`, '\ud83d\ude00'.repeat(testedLengthMax), ''])
      assert.ok(examined(text) < 3_000);
  });
});

describe('what stops the start, exit 78', () => {
  const refused = async (open: Promise<unknown>, code: string, message: RegExp): Promise<void> => {
    await assert.rejects(open, (error) => {
      assert.ok(error instanceof BallastError);
      assert.equal(error.code, code);
      assert.equal(error.exit, 78);
      assert.match(error.message, message);
      return true;
    });
  };
  const key = 'BALLAST_DETECT_WATERMARK_KEY';
  const tokenizer = 'BALLAST_DETECT_WATERMARK_TOKENIZER';

  it('a key file that is missing, no JSON, or of another shape: the message names the field', async () => {
    const { key: path, ...rest } = await entry(hmacKey);
    await refused(openWatermarks([{ ...rest, key: `${path}.none` }]), key, /"mine": cannot read/);
    await writeFile(join(folder, 'broken.json'), '{');
    await refused(openWatermarks([{ ...rest, key: join(folder, 'broken.json') }]), key, /is not JSON/);
    await refused(opened({ ...hmacKey, gamma: 2 }), key, /gamma: /);
    await refused(opened({ ...synthIdKey, keys: [1, 1] }), key, /keys: keys must be distinct/);
    await refused(openWatermarks([{ ...(await entry(hmacKey)), scheme: 'synthid' }]), key, /scheme: /);
  });

  it('a table or mask of another size or green share', async () => {
    const mask = Buffer.alloc(10, 0x55).toString('base64');
    await refused(
      opened({ scheme: 'unigram', vocabulary: toyVocabulary, mask }),
      key,
      /mask has 10 bytes, a vocabulary of 2000 needs 250/,
    );
    await refused(
      opened({ scheme: 'unigram', vocabulary: 80, mask: Buffer.alloc(10).toString('base64') }),
      key,
      /marks 0 of/,
    );
    await writeFile(join(folder, 'half.bin'), Buffer.alloc(toyVocabulary * 250, 0x55));
    const halfKey = { scheme: 'kgw', vocabulary: toyVocabulary, gamma: 0.25, table: 'half.bin' };
    await refused(opened(halfKey), key, /gamma is 0.25, but 0.500 of the table is green/);
    await refused(opened({ ...halfKey, table: 'none.bin' }), key, /cannot read the table/);
    await refused(opened({ ...halfKey, vocabulary: 1000 }), key, /table has 500000 bytes/);
  });

  it('a tokenizer that is missing or cannot be used', async () => {
    const one = await entry(hmacKey);
    await refused(openWatermarks([{ ...one, tokenizer: `${folder}/none` }]), tokenizer, /cannot read/);
    for (const content of ['null', '{}', '[1]', '{"model": {"type": "new"}}']) {
      await writeFile(join(folder, 'odd.json'), content);
      await refused(
        openWatermarks([{ ...one, tokenizer: join(folder, 'odd.json') }]),
        tokenizer,
        /odd\.json/,
      );
    }
  });

  it('two watermarks of one name', () => {
    const watermark = { name: 'a', scheme: 'kgw', key: 'k', tokenizer: 't' };
    assert.match(
      pipelineSchema.safeParse({ detector: { watermarks: [watermark, watermark] } }).error?.message ?? '',
      /name of another watermark/,
    );
  });
});

type Entry = Parameters<typeof openWatermarks>[0][number];

async function entry(
  key: { readonly scheme: string; readonly [field: string]: unknown },
  file = 'key',
): Promise<Entry> {
  const path = join(folder, `${file}.json`);
  await writeFile(path, JSON.stringify(key));
  const watermark = {
    name: 'mine',
    scheme: key.scheme,
    key: path,
    tokenizer: join(folder, 'tokenizer.json'),
  };
  const [parsed] = pipelineSchema.parse({ detector: { watermarks: [watermark] } }).detector.watermarks;
  assert.ok(parsed !== undefined);
  return parsed;
}

async function opened(key: {
  readonly scheme: string;
  readonly [field: string]: unknown;
}): Promise<ProvenanceProbe> {
  return openWatermarks([await entry(key)]);
}

async function judged(
  text: string,
  probes: readonly ProvenanceProbe[],
  change: Parameters<typeof optionsOf>[0] = {},
): Promise<DetectJudgement> {
  const stage = detect(optionsOf({ ...change, probes }));
  const [verdict] = await stage.process([rawRecord(0, { text })], AbortSignal.timeout(60_000));
  assert.ok(verdict?.action === 'keep', verdict?.reason);
  return verdict;
}

function setBit(bits: Uint8Array, start: number, index: number): void {
  const at = start + (index >> 3);
  bits[at] = (bits[at] ?? 0) | (1 << (index & 7));
}

/** The text whose tokens these are. */
function textOf(tokens: readonly number[]): string {
  return tokens.map((token) => `w${token}`).join(' ');
}

function toyTokenizer(): object {
  const vocab: { [token: string]: number } = { '[UNK]': toyVocabulary };
  for (let token = 0; token < toyVocabulary; token += 1) vocab[`w${token}`] = token;
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordPiece',
      vocab,
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
    },
  };
}
