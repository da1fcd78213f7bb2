import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { VerifyJudgement } from '@ballast/document';
import { shardWriters } from '@ballast/shard';
import type { Routed } from '@ballast/stage';
import { refusedSink } from './refused-sink.ts';
import { ruleReport } from './rule-report.ts';
import type { RuleCount } from './rule-report.ts';
import { tableSink } from './sink.ts';
import { consumed, kept, routed } from './table.fixture.ts';
import type { Sample } from './table.fixture.ts';

const directory = await mkdtemp(join(tmpdir(), 'ballast-rules-'));
const writers = shardWriters();
after(async () => {
  await writers[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

interface Said {
  readonly source: string;
  readonly lang?: string;
  readonly failed: readonly string[];
  /** Absent: kept. */
  readonly reason?: string;
  readonly language?: string;
}

/** The arrival with a document of this source and this verdict of the verifier. */
function saying(from: Routed, { source, lang, failed, reason, language }: Said): Routed {
  const { document, ...arrival } = from.arrival;
  assert.ok(document !== undefined);
  const verify: VerifyJudgement = {
    stage: 'verify',
    version: '1',
    action: reason === undefined ? 'keep' : 'reject',
    reason: reason ?? 'ok',
    preset: 'datatrove-0.10',
    tokenizer: 't',
    ratios: {},
    failed: [...failed],
    verified: false,
    ...(language === undefined ? {} : { language }),
  };
  const labels = { stratum: `${source}-stratum` };
  const { oversample: _, ...refused } = from.verdicts;
  return {
    ...from,
    arrival: {
      ...arrival,
      document: { ...document, source, labels, ...(lang === undefined ? {} : { lang }) },
    },
    verdicts: { ...(reason === undefined ? from.verdicts : refused), verify },
  };
}

async function tableOf(
  keep: readonly (Sample & Said)[],
  refuse: readonly (Sample & Said)[],
): Promise<readonly RuleCount[]> {
  const root = await mkdtemp(join(directory, 'root-'));
  const sink = await tableSink({ root, writers });
  await sink.write(keep.map((each, row) => saying(kept(each, [{ unit: 0, group: 0, row }]), each)));
  await sink.commit(consumed('documents.human/0', 0, keep.length - 1));
  const refused = await refusedSink({ root, writers });
  await refused.write(refuse.map((each) => saying(routed({ ...each, lane: 'rejected' }, undefined), each)));
  return await ruleReport(root);
}

describe('the rule report', () => {
  test('counts failures, refusals and what only was recorded, per source, language and stratum', async () => {
    const counts = await tableOf(
      [
        { offset: 0, source: 'press', failed: [] },
        { offset: 1, source: 'press', failed: ['list_ratio'] },
        { offset: 2, source: 'forum', failed: ['list_ratio', 'top_2_gram'], language: 'de' },
      ],
      [
        {
          offset: 3,
          pool: 'uncertain',
          source: 'forum',
          lang: 'cy',
          failed: ['top_2_gram', 'list_ratio'],
          reason: 'top_2_gram',
        },
        { offset: 4, pool: 'presumed', source: 'forum', failed: [], reason: 'exact_duplicate' },
      ],
    );
    const of = (rule: string, dimension: string, value: string | null): number[] => {
      const found = counts.find(
        (each) => each.rule === rule && each.dimension === dimension && each.value === value,
      );
      return found === undefined ? [] : [found.judged, found.failed, found.refused, found.attested];
    };
    assert.deepEqual(of('list_ratio', 'all', null), [5, 3, 0, 2]);
    assert.deepEqual(of('top_2_gram', 'all', null), [5, 2, 1, 1]);
    assert.deepEqual(of('exact_duplicate', 'all', null), [5, 1, 1, 0]);
    assert.deepEqual(of('top_2_gram', 'source', 'forum'), [3, 2, 1, 1]);
    assert.deepEqual(of('top_2_gram', 'language', 'cy'), [1, 1, 1, 0]);
    assert.deepEqual(of('top_2_gram', 'language', 'de'), [1, 1, 0, 1]);
    // What was refused never reached the oversampler: its own label says the stratum.
    assert.deepEqual(of('top_2_gram', 'stratum', 'forum-stratum'), [2, 1, 1, 0]);
    assert.deepEqual(of('list_ratio', 'source', 'none'), []);
  });

  test('is empty where nothing fails, and exits 66 where there is no table', async () => {
    assert.deepEqual(await tableOf([{ offset: 0, source: 'press', failed: [] }], []), []);
    await assert.rejects(ruleReport(join(directory, 'none')), { exit: 66 });
  });
});
