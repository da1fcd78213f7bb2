import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { DetectVerdict, Position } from '@ballast/document';
import type { Arrival, BatchReport } from '@ballast/stage';
import { createMetrics } from './metrics.ts';

const amount = { documents: 1, tokens: 10 };

/** The value of one series, exactly as exposed. */
async function seriesOf(metrics: { text(): Promise<string> }, series: string): Promise<string | undefined> {
  const lines = (await metrics.text()).split('\n');
  return lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1);
}

function arrivalOf(offset: number, text: string | undefined): Arrival {
  const position: Position = { topic: 'documents.raw', partition: 0, offset: BigInt(offset) };
  return {
    position,
    read: position,
    previous: undefined,
    value: new Uint8Array(),
    verdicts: {},
    document: text === undefined ? undefined : { id: String(offset), text, source: 's' },
    unreadable: text === undefined ? 'not_json' : undefined,
  };
}

const synthetic: DetectVerdict = {
  stage: 'detect',
  version: '1',
  action: 'keep',
  reason: 'declared',
  pool: 'synthetic',
  band: 'p100',
  p: 1,
  pUpper: 1,
  eps: 0,
  calibrated: true,
  family: 's',
  basis: 'declared',
  evidence: [],
  snapshots: { model: 'm', calibration: 'c', prevalence: 'p' },
};

suite('counting', () => {
  test('a batch is counted once per document, by stage, way out, reason and origin', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const dead: DetectVerdict = { stage: 'detect', version: '1', action: 'dead', reason: 'not_json' };
    const report: BatchReport = {
      stage: 'detect',
      topic: 'documents.raw',
      partition: 0,
      arrivals: 3,
      redelivered: 0,
      durationMs: 20,
      routed: [
        {
          topic: 't',
          arrival: arrivalOf(0, 'two words'),
          verdicts: { detect: synthetic },
          previous: undefined,
        },
        {
          topic: 't',
          arrival: arrivalOf(1, 'three more words'),
          verdicts: { detect: synthetic },
          previous: undefined,
        },
        { topic: 't', arrival: arrivalOf(2, undefined), verdicts: { detect: dead }, previous: undefined },
      ],
    };
    metrics.recordBatch(report);
    const labels = 'stage="detect",outcome="kept",reason="declared",origin="synthetic"';
    assert.equal(await seriesOf(metrics, `ballast_documents_total{${labels}}`), '2');
    assert.equal(await seriesOf(metrics, `ballast_tokens_total{${labels}}`), '5');
    const gone = 'stage="detect",outcome="dead",reason="not_json",origin="unknown"';
    assert.equal(await seriesOf(metrics, `ballast_documents_total{${gone}}`), '1');
    assert.equal(
      await seriesOf(metrics, 'ballast_stage_duration_seconds_bucket{le="0.025",stage="detect"}'),
      '1',
    );
  });

  test('a record that passed refused is not counted again by a later stage', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const refused: DetectVerdict = { stage: 'detect', version: '1', action: 'dead', reason: 'not_json' };
    const arrival = { ...arrivalOf(0, undefined), verdicts: { detect: refused } };
    const routed = [{ topic: 't', arrival, verdicts: { detect: refused }, previous: undefined }];
    const common = { topic: 'documents.detected', partition: 0, arrivals: 1, redelivered: 0, durationMs: 1 };
    metrics.recordBatch({ ...common, stage: 'verify', routed });
    metrics.recordBatch({ ...common, stage: 'detect+verify', routed });
    assert.doesNotMatch(await metrics.text(), /ballast_documents_total\{/);
  });
});

suite('bounded labels', () => {
  test('reasons beyond the bound, and text that is no name, become other; the sum stays true', async () => {
    const metrics = createMetrics({ processMetrics: false });
    for (let index = 0; index < 1_000; index += 1)
      metrics.count('verify', 'rejected', `reason_${index}`, 'human', amount);
    metrics.count('verify', 'rejected', 'text of a document {}"\n', 'human', amount);
    const series = (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('ballast_documents_total{'));
    assert.ok(series.length <= 61, `${series.length} series`);
    const sum = series.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
    assert.equal(sum, 1_001);
    assert.ok(series.some((line) => line.includes('reason="other"')));
  });

  test('lag of topics beyond the bound is added up, its age is the greatest, and both follow changes', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const set = (topic: number, records: number, seconds: number): void =>
      metrics.setLag('detect', `documents.raw.${topic}`, 0, { records, seconds });
    for (let index = 0; index < 100; index += 1) set(index, 2, index);
    set(99, 0, 0);
    set(98, 5, 7);
    const other = '{stage="detect",topic="other",partition="other"}';
    assert.equal(
      await seriesOf(metrics, `ballast_consumer_lag_records${other}`),
      String((100 - 48) * 2 - 2 + 3),
    );
    assert.equal(await seriesOf(metrics, `ballast_consumer_lag_seconds${other}`), '97');
  });
});

suite('exposition', () => {
  test('names and help keep the naming rules of Prometheus', async () => {
    const metrics = createMetrics();
    metrics.count('mix', 'kept', 'placed', 'human', amount);
    metrics.setCap('total', 0.3);
    metrics.setUpper('total', 'cumulative', 0.12);
    metrics.countShards(1);
    metrics.setUnaccounted(0);
    metrics.setBuildInfo({ version: '1', commit: 'c', configHash: 'h', detectorSha: 'd' });
    const text = await metrics.text();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
    }));
    assert.ok(types.length > 9);
    for (const { name, type } of types) {
      // promtool check metrics: counters end in _total and nothing else does; base units only.
      if (name.startsWith('ballast_')) assert.equal(name.endsWith('_total'), type === 'counter', name);
      else assert.ok(!(name.endsWith('_total') && type !== 'counter'), name);
      assert.doesNotMatch(name, /_(ms|milliseconds|kilobytes|percent)$/, name);
      assert.match(text, new RegExp(`^# HELP ${name} \\S`, 'm'));
    }
    assert.equal(
      await seriesOf(metrics, 'ballast_synthetic_upper_ratio{tier="total",scope="cumulative"}'),
      '0.12',
    );
    const build = 'ballast_build_info{version="1",commit="c",config_hash="h",detector_sha="d"}';
    assert.equal(await seriesOf(metrics, build), '1');
  });

  test('two processes in one share nothing', async () => {
    const [one, other] = [createMetrics({ processMetrics: false }), createMetrics({ processMetrics: false })];
    one.countShards(3);
    assert.equal(await seriesOf(one, 'ballast_shards_committed_total'), '3');
    assert.equal(await seriesOf(other, 'ballast_shards_committed_total'), '0');
  });
});
