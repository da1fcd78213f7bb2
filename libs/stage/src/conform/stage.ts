import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatPosition } from '@ballast/document';
import type { Verdict } from '@ballast/document';
import { runStage } from '../run.ts';
import type { Record, Stage } from '../stage.ts';
import { MemorySink, MemorySource } from './memory.ts';

/** A stage under test and how to end it. */
export interface StageUnderTest {
  readonly stage: Stage;
  readonly close?: () => Promise<void>;
}

/** What the suite needs of a stage. */
export interface StageConformance {
  /** A fresh stage with the same published snapshots each time; `records` is all it will be given, in order. */
  readonly open: (records: readonly Record[]) => Promise<StageUnderTest>;
  /** At least 40 records of one input partition in offset order, of every kind the stage tells apart. */
  readonly records: () => Promise<readonly Record[]> | readonly Record[];
}

const topic = 'conformance.out';

/**
 * The suite every stage passes: it conserves, keeps order, gives the same verdict for the same bytes
 * and snapshots, whatever the batch cuts, and redelivery and restart are harmless.
 */
export function stageConformance(name: string, subject: StageConformance): void {
  const verdictsOf = async (cuts: number): Promise<readonly Verdict[]> => {
    const records = await subject.records();
    const { stage, close } = await subject.open(records);
    const verdicts: Verdict[] = [];
    for (const batch of cut(records, cuts))
      verdicts.push(...(await stage.process(batch, AbortSignal.timeout(60_000))));
    await close?.();
    return verdicts;
  };

  describe(`${name} conforms to the contract of a stage`, () => {
    test('conserves: one verdict per record, of its own stage and version, with a reason', async () => {
      const records = await subject.records();
      assert.ok(records.length >= 40, 'the suite needs at least 40 records');
      const { stage, close } = await subject.open(records);
      const verdicts = await stage.process(records, AbortSignal.timeout(60_000));
      await close?.();
      assert.equal(verdicts.length, records.length);
      for (const verdict of verdicts) {
        assert.equal(verdict.stage, stage.name);
        assert.equal(verdict.version, stage.version);
        assert.notEqual(verdict.reason, '');
      }
    });

    test('same bytes and same snapshots give the same verdict', async () => {
      assert.deepEqual(await verdictsOf(7), await verdictsOf(7));
    });

    test('verdicts and their order do not depend on how batches are cut', async () => {
      const whole = await verdictsOf(10_000);
      assert.deepEqual(await verdictsOf(1), whole);
      assert.deepEqual(await verdictsOf(13), whole);
    });

    test('an empty batch is no error', async () => {
      const { stage, close } = await subject.open([]);
      assert.deepEqual(await stage.process([], AbortSignal.timeout(60_000)), []);
      await close?.();
    });

    test('redelivery is harmless: each record leaves once, in order', async () => {
      const records = await subject.records();
      const { stage, close } = await subject.open(records);
      const batches = cut(records, 10);
      const sink = new MemorySink();
      const source = new MemorySource([...batches.slice(0, 2), ...batches.slice(0, 2), ...batches.slice(1)]);
      await runStage({
        source,
        stages: [stage],
        sink,
        route: () => topic,
        signal: AbortSignal.timeout(60_000),
      });
      await close?.();
      assert.deepEqual(
        sink.written.map(({ arrival }) => formatPosition(arrival.position)),
        records.map(({ position }) => formatPosition(position)),
      );
    });

    test('a restart from the last acked snapshot continues with the same verdicts', async () => {
      const records = await subject.records();
      const whole = await runOver(subject, records, [cut(records, 10)]);
      const parted = await runOver(subject, records, [
        cut(records, 10).slice(0, 2),
        cut(records, 10).slice(2),
      ]);
      assert.deepEqual(parted, whole);
    });
  });
}

/** Runs each part with a fresh stage that resumes from the checkpoint the part before acked last. */
async function runOver(
  subject: StageConformance,
  records: readonly Record[],
  parts: readonly (readonly (readonly Record[])[])[],
): Promise<readonly unknown[]> {
  const written: unknown[] = [];
  let source = new MemorySource([]);
  for (const part of parts) {
    const { stage, close } = await subject.open(records);
    const sink = new MemorySink();
    source = new MemorySource(part, source.acked.at(-1)?.checkpoint ?? null);
    await runStage({
      source,
      stages: [stage],
      sink,
      route: () => topic,
      signal: AbortSignal.timeout(60_000),
    });
    await close?.();
    for (const { arrival, verdicts, previous } of sink.written) {
      written.push({ position: formatPosition(arrival.position), verdicts, previous });
    }
  }
  return written;
}

function cut(records: readonly Record[], size: number): Record[][] {
  const batches: Record[][] = [];
  for (let start = 0; start < records.length; start += size) batches.push(records.slice(start, start + size));
  return batches;
}
