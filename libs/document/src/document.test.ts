import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  bandOf,
  countTokens,
  decodeHeaders,
  encodeHeaders,
  formatPosition,
  hasVisibleText,
  laneOfPool,
  parsePosition,
  pipelineSchema,
  refusalIn,
} from './index.ts';
import type { Position, Verdicts } from './index.ts';

const positions = fc.record(
  {
    topic: fc.stringMatching(/^[a-z.]{1,20}$/),
    partition: fc.nat(1_000_000),
    offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  },
  { noNullPrototype: true },
);

const judged: Verdicts = {
  detect: {
    stage: 'detect',
    version: '1',
    action: 'keep',
    reason: 'model',
    pool: 'uncertain',
    band: 'p30',
    p: 0.2,
    pUpper: 0.25,
    eps: 0.03,
    calibrated: true,
    family: 'blogs',
    basis: 'model',
    llr: -1.2,
    evidence: [],
    snapshots: { model: 'm', calibration: 'c', prevalence: 'p' },
  },
  oversample: {
    stage: 'oversample',
    version: '1',
    action: 'keep',
    reason: 'census',
    stratum: 'news',
    repeats: 2,
    tokens: 40,
    snapshots: { reference: 'r', census: 's' },
  },
};

describe('positions', () => {
  test('what is written is read back, for every offset up to 2^63', () => {
    fc.assert(
      fc.property(positions, (position) =>
        assert.deepEqual(parsePosition(formatPosition(position)), position),
      ),
    );
  });

  test('anything else is refused by name', () => {
    for (const text of ['', 'a/b', 'a/1/-1', 'a/1/2/3', '/1/2', 'a/1/0x2'])
      assert.throws(() => parsePosition(text), RangeError);
  });
});

describe('headers', () => {
  test('position, previous and verdicts make the round trip', () => {
    fc.assert(
      fc.property(
        positions,
        fc.option(positions, { nil: undefined }),
        (position: Position, previous: Position | undefined) => {
          assert.deepEqual(decodeHeaders(encodeHeaders(position, previous, judged)), {
            position,
            previous,
            verdicts: judged,
          });
        },
      ),
    );
  });

  test('a stage topic without position or with a forged verdict is refused', () => {
    assert.throws(() => decodeHeaders({}));
    assert.throws(() =>
      decodeHeaders({ 'ballast-position': 'a/0/1', 'ballast-verdict-detect': '{"stage":"detect"}' }),
    );
  });
});

describe('verdicts', () => {
  test('the first verdict that is not keep is the refusal', () => {
    assert.equal(refusalIn(judged), undefined);
    const refused: Verdicts = {
      ...judged,
      verify: { stage: 'verify', version: '1', action: 'reject', reason: 'short_line_ratio' },
    };
    assert.equal(refusalIn(refused)?.reason, 'short_line_ratio');
  });

  test('bands are named by their upper edge, and an edge belongs to the band above', () => {
    assert.deepEqual([0, 0.0999, 0.1, 0.3, 0.5, 0.7, 0.9, 1].map(bandOf), [
      'p10',
      'p10',
      'p30',
      'p50',
      'p70',
      'p90',
      'p100',
      'p100',
    ]);
  });

  test('an uncalibrated document of the lowest band waits in p30, never in the human lane', () => {
    assert.equal(laneOfPool('uncertain', 'p10'), 'p30');
    assert.equal(laneOfPool('presumed', 'p10'), 'human');
    assert.equal(laneOfPool('synthetic', 'p30'), 'synthetic');
  });
});

describe('countTokens', () => {
  test('a run of letters, digits, marks and underscores is one token, any other visible character one', () => {
    assert.equal(countTokens("Don't panic: it's 42.5 km!"), 13);
    assert.equal(countTokens('snake_case naïve cafe\u0301'), 3);
    assert.equal(countTokens(''), 0);
    assert.equal(countTokens(' \n\t\u00a0'), 0);
  });

  test('invisible characters count for nothing and break no word, so padding buys no allowance', () => {
    assert.equal(countTokens('wo\u200Brd'), 1);
    assert.equal(countTokens(`one${'\u200B'.repeat(1_000)} two\u{E0041}`), 2);
    assert.equal(countTokens('❤\uFE0F'), 1);
  });

  test('a text of white space and invisible characters holds nothing to see', () => {
    assert.equal(hasVisibleText(' \n\u200B\u2060\uFEFF\u00AD'), false);
    assert.equal(hasVisibleText('\u200Ba'), true);
  });

  test('a character outside the basic plane is one token, a word of them one word', () => {
    assert.equal(countTokens('😀😀'), 2);
    assert.equal(countTokens('𝒜𝒷 x'), 2);
  });

  test('agrees with a plain regular expression on any text', () => {
    const invisible =
      /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]|[\uFE00-\uFE0F]|[\u{E0100}-\u{E01EF}]/gu;
    const plain = (text: string) =>
      text.replaceAll(invisible, '').match(/[\p{L}\p{N}\p{M}_]+|[^\p{L}\p{N}\p{M}_\s]/gu)?.length ?? 0;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(countTokens(text), plain(text))),
    );
  });
});

describe('pipeline', () => {
  test('an empty file is a whole pipeline with safe defaults', () => {
    const pipeline = pipelineSchema.parse({});
    assert.deepEqual(pipeline.mixer.caps, { unverified: 0.2, total: 0.3 });
    assert.equal(pipeline.verify.action, 'enforce');
    assert.equal(pipeline.detector.tau, 0.1);
  });

  test('nested ceilings and tau keep their order', () => {
    assert.equal(pipelineSchema.safeParse({ mixer: { caps: { unverified: 0.4 } } }).success, false);
    assert.equal(pipelineSchema.safeParse({ detector: { tau: 0.15 } }).success, false);
    assert.equal(pipelineSchema.safeParse({ mixer: { caps: { unverified: 40 } } }).success, false);
    assert.equal(pipelineSchema.safeParse({ mixer: { cap: 0.2 } }).success, false);
  });
});
