import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeDocument, refusalIn } from '@ballast/document';
import type { Position, VerifyVerdict } from '@ballast/document';
import fc from 'fast-check';
import { MemorySink, MemorySource } from './conform/memory.ts';
import { PoisonError, RetryableError } from './errors.ts';
import { runStage } from './run.ts';
import type { BatchReport } from './run.ts';
import type { Arrival, Json, Record, Stage } from './stage.ts';

const encoder = new TextEncoder();
const signal = new AbortController().signal;

function raw(offset: number, value = JSON.stringify({ id: `d${offset}`, text: `text ${offset}` })): Arrival {
  const position: Position = { topic: 'documents.raw', partition: 0, offset: BigInt(offset) };
  const bytes = encoder.encode(value);
  const { document, unreadable } = decodeDocument(bytes, position);
  return { position, read: position, previous: undefined, value: bytes, verdicts: {}, document, unreadable };
}

function onStageTopic(offset: number, readOffset: number, previous: number | undefined): Arrival {
  const arrival = raw(offset);
  return {
    ...arrival,
    read: { topic: 'documents.detected', partition: 0, offset: BigInt(readOffset) },
    previous: previous === undefined ? undefined : { ...arrival.position, offset: BigInt(previous) },
  };
}

function verdictOf(record: Record): VerifyVerdict {
  const action = record.document.text.includes('bad') ? 'reject' : 'keep';
  if (action === 'reject') return { stage: 'verify', version: '1', action, reason: 'bad' };
  return {
    stage: 'verify',
    version: '1',
    action,
    reason: 'ok',
    preset: 'none',
    tokenizer: 'none',
    ratios: {},
    failed: [],
    verified: false,
  };
}

function stageOf(judge: (record: Record) => VerifyVerdict = verdictOf): Stage<VerifyVerdict> {
  return { name: 'verify', version: '1', process: async (batch) => batch.map(judge) };
}

async function run(batches: readonly (readonly Arrival[])[], stage: Stage = stageOf(), backoffMs = [0, 0]) {
  const source = new MemorySource(batches);
  const sink = new MemorySink();
  const reports: BatchReport[] = [];
  await runStage({
    source,
    stages: [stage],
    sink,
    route: () => 'out',
    signal,
    backoffMs,
    observe: (report) => void reports.push(report),
  });
  return { source, sink, reports };
}

describe('runStage', () => {
  test('conserves: arrivals = redelivered + written, whatever is redelivered and however batches are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(30), fc.nat(8)), { maxLength: 12 }), async (starts) => {
        // Incarnations of a writer: each starts at or below the end reached so far and goes on without a gap.
        const batches: Arrival[][] = [];
        let end = 0;
        for (const [back, length] of starts) {
          const start = Math.max(0, end - back);
          batches.push(Array.from({ length }, (_, index) => raw(start + index)));
          end = Math.max(end, start + length);
        }
        const { sink, reports } = await run(batches);
        assert.deepEqual(
          sink.written.map((routed) => Number(routed.arrival.position.offset)),
          Array.from({ length: end }, (_, i) => i),
        );
        for (const report of reports)
          assert.equal(report.arrivals, report.redelivered + report.routed.length);
      }),
    );
  });

  test('an unreadable document leaves as dead with its reason, and the next one goes on', async () => {
    const { sink } = await run([[raw(0, '{not json'), raw(1), raw(2, '[]'), raw(3, '')]]);
    assert.deepEqual(
      sink.written.map(({ verdicts }) => refusalIn(verdicts)?.reason),
      ['not_json', undefined, 'not_an_object', 'empty_value'],
    );
  });

  test('a refused record passes a later stage unprocessed, its verdicts untouched', async () => {
    const refused = {
      ...raw(0),
      verdicts: { detect: { stage: 'detect', version: '1', action: 'dead', reason: 'x' } },
    } as const;
    const seen: Record[] = [];
    const { sink } = await run(
      [[refused, raw(1)]],
      stageOf((record) => (seen.push(record), verdictOf(record))),
    );
    assert.deepEqual(
      seen.map((record) => record.document.id),
      ['d1'],
    );
    assert.deepEqual(sink.written[0]?.verdicts, refused.verdicts);
  });

  test('a stage that loses a verdict stops the loop before anything is written or acked', async () => {
    const stage = { ...stageOf(), process: async () => [] };
    const source = new MemorySource([[raw(0)]]);
    const sink = new MemorySink();
    await assert.rejects(runStage({ source, stages: [stage], sink, route: () => 'out', signal }), {
      code: 'BALLAST_STAGE_CONSERVATION',
    });
    assert.equal(sink.written.length + source.acked.length, 0);
  });

  test('a poisonous document is found and leaves as dead; its neighbours are judged', async () => {
    const stage = stageOf((record) => {
      if (record.document.id === 'd1') throw new PoisonError('cannot_handle');
      return verdictOf(record);
    });
    const { sink } = await run([[raw(0), raw(1), raw(2)]], stage);
    assert.deepEqual(
      sink.written.map(({ verdicts }) => verdicts.verify?.reason),
      ['ok', 'cannot_handle', 'ok'],
    );
  });

  test('a retryable failure is tried again, and stops the lane without an ack when it persists', async () => {
    let failures = 2;
    const flaky = stageOf((record) => {
      if (failures-- > 0) throw new RetryableError({ code: 'BALLAST_TEST_AWAY', exit: 69, fix: '' }, 'away');
      return verdictOf(record);
    });
    assert.equal((await run([[raw(0)]], flaky)).sink.written.length, 1);
    failures = 100;
    await assert.rejects(run([[raw(0)]], flaky), { code: 'BALLAST_TEST_AWAY' });
  });

  test('each message names the position before it on its own output topic', async () => {
    const source = new MemorySource([
      [raw(0), raw(1, '{"text":"bad"}'), raw(2)],
      [raw(3, '{"text":"bad"}'), raw(4)],
    ]);
    const sink = new MemorySink();
    const route = (verdicts: Arrival['verdicts']) => refusalIn(verdicts)?.action ?? 'keep';
    await runStage({ source, stages: [stageOf()], sink, route, signal });
    assert.deepEqual(
      sink.written.map(({ topic, previous }) => [topic, previous?.offset]),
      [
        ['keep', undefined],
        ['reject', undefined],
        ['keep', 0n],
        ['reject', 1n],
        ['keep', 2n],
      ],
    );
    assert.deepEqual(source.acked.at(-1)?.checkpoint.previous, {
      keep: { 'documents.raw/0': '4' },
      reject: { 'documents.raw/0': '3' },
    });
  });

  test('a gap in the chain of a stage topic is loss: the loop stops', async () => {
    await assert.rejects(run([[onStageTopic(0, 0, undefined), onStageTopic(5, 1, 3)]]), {
      code: 'BALLAST_CHAIN_LOSS',
    });
    await assert.rejects(run([[onStageTopic(3, 0, 2)]]), { code: 'BALLAST_CHAIN_LOSS' });
  });

  test('a first copy whose predecessor is older than the last one seen is a divergent route: the loop stops', async () => {
    const batch = [onStageTopic(0, 0, undefined), onStageTopic(3, 1, 0), onStageTopic(5, 2, 0)];
    await assert.rejects(run([batch]), { code: 'BALLAST_CHAIN_DIVERGED' });
  });

  test('the snapshot that an ack names is the state after exactly the acked batches', async () => {
    let seen = 0;
    const stage: Stage = {
      ...stageOf((record) => ((seen += 1), verdictOf(record))),
      state: {
        restore: (_, state?: Json) => void (seen = typeof state === 'number' ? state : 0),
        snapshot: () => seen,
      },
    };
    const { source } = await run(
      [
        [raw(0), raw(1)],
        [raw(1), raw(2)],
      ],
      stage,
    );
    assert.deepEqual(
      source.acked.map(({ checkpoint }) => checkpoint.state),
      [{ verify: 2 }, { verify: 3 }],
    );
  });
});
