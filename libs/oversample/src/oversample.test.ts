import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { oversampleVerdictSchema, pipelineSchema } from '@ballast/document';
import type { OversampleVerdict } from '@ballast/document';
import { stageConformance } from '@ballast/stage/conform';
import { oversample } from './oversample.ts';
import { documentOf, record } from './records.fixture.ts';
import type { Sketch } from './records.fixture.ts';

const pipeline = pipelineSchema.parse({}).oversampler;
const signal = new AbortController().signal;
const reference = [
  ...Array.from({ length: 90 }, (_, n) => documentOf(`h${n}`, 'head', 's', 100)),
  ...Array.from({ length: 10 }, (_, n) => documentOf(`t${n}`, 'tail', 's', 100)),
];

/** A stream whose tail is a hundredth, where the reference has a tenth; one record of each kind at the end. */
const stream = (last: readonly Sketch[] = []): readonly Sketch[] => [
  ...Array.from({ length: 600 }, (_, n): Sketch => ({
    stratum: n % 100 === 50 ? 'tail' : 'head',
    source: n % 200 === 50 ? 'news' : 'blog',
  })),
  ...last,
];

async function judge(
  sketches: readonly Sketch[],
  options: Partial<Parameters<typeof oversample>[0]> = {},
): Promise<readonly OversampleVerdict[]> {
  const stage = oversample({ pipeline, reference, ...options });
  return await stage.process(
    sketches.map((sketch, offset) => record(offset, sketch)),
    signal,
  );
}

const lastOf = async (sketch: Sketch, options: Partial<Parameters<typeof oversample>[0]> = {}) =>
  (await judge(stream([sketch]), options)).at(-1) ?? assert.fail();

stageConformance('oversample', {
  open: async () => ({ stage: oversample({ pipeline, reference }) }),
  records: () =>
    stream([{ stratum: 'tail' }, { pool: 'synthetic', p: 1 }, { failed: ['x'] }])
      .slice(540)
      .map((sketch, offset) => record(offset, sketch)),
});

describe('oversample', () => {
  test('a thin stratum gets repeats, a full one none', async () => {
    assert.equal((await lastOf({ stratum: 'tail', pool: 'anchor', p: 0 })).repeats, 4);
    assert.equal((await lastOf({ stratum: 'head' })).repeats, 1);
  });

  test('without a reference nothing is repeated, but stratum and tokens are known', async () => {
    const verdict = await lastOf({ stratum: 'tail', tokens: 7 }, { reference: undefined });
    assert.deepEqual(
      [verdict.repeats, verdict.reason, verdict.stratum, verdict.tokens, verdict.snapshots.reference],
      [1, 'no_reference', 'tail', 7, 'none'],
    );
  });

  test('only human pools are repeated', async () => {
    assert.equal((await lastOf({ stratum: 'tail', pool: 'uncertain', p: 0.2 })).reason, 'not_human');
    assert.equal((await lastOf({ stratum: 'tail', pool: 'synthetic', p: 1 })).repeats, 1);
  });

  test('only documents that pass every quality rule are repeated', async () => {
    assert.equal(
      (await lastOf({ stratum: 'tail', failed: ['short_line_ratio'] })).reason,
      'fails_quality_rules',
    );
  });

  test('a stratum that one source fills is not repeated, however many machine documents name another source', async () => {
    const one = [
      ...Array.from({ length: 300 }, (): Sketch => ({ stratum: 'head' })),
      { stratum: 'tail', source: 'farm' },
      { stratum: 'tail', source: 'other', pool: 'synthetic', p: 1 },
      { stratum: 'tail', source: 'farm' },
    ] as const;
    assert.equal((await judge(one)).at(-1)?.reason, 'single_source_stratum');
  });

  test('the stratum is the label, else the source, else unknown; names stay data', async () => {
    const strata = (
      await judge([{ stratum: 'tail' }, { source: 'news' }, { source: ' ' }, { stratum: '__proto__' }])
    ).map(({ stratum }) => stratum);
    assert.deepEqual(strata, ['tail', 'news', 'unknown', '__proto__']);
    const bySource = await judge([{ stratum: 'tail', source: 'news' }], {
      pipeline: { ...pipeline, stratify: 'source' },
    });
    assert.equal(bySource[0]?.stratum, 'news');
  });

  test('verdicts name the snapshots they used, a published census before the own one', async () => {
    const own = await judge([{ stratum: 'tail' }, { stratum: 'tail' }]);
    assert.deepEqual(
      own.map(({ snapshots }) => snapshots.census),
      ['documents.verified/0/0', 'documents.verified/0/1'],
    );
    const published = {
      id: 'census-7',
      of: (name: string) => ({ human: name === 'tail' ? 1e4 : 1e8, synthetic: 0, sources: ['a', 'b'] }),
    };
    const [verdict] = await judge([{ stratum: 'tail' }], { published: () => published });
    assert.deepEqual([verdict?.snapshots.census, verdict?.repeats], ['census-7', 4]);
  });

  test('every verdict passes the schema of the wire', async () => {
    for (const verdict of await judge(stream([{ pool: 'synthetic', p: 1 }])))
      oversampleVerdictSchema.parse(verdict);
  });

  test('a thousand labels a document cannot blow up the snapshot', async () => {
    const stage = oversample({ pipeline, reference });
    await stage.process(
      Array.from({ length: 3_000 }, (_, n) => record(n, { stratum: `s${n}`, tokens: 1 })),
      signal,
    );
    const size = JSON.stringify(stage.state?.snapshot({ topic: 'documents.verified', partition: 0 })).length;
    assert.ok(size < 60_000, `${size} characters`);
  });
});
