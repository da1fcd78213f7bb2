import { bandOf, laneOfPool } from '@ballast/document';
import { sha256OfValue } from '@ballast/stage';
import type { MixVerdict, Placement, Pool, Position, Verdicts } from '@ballast/document';
import type { Routed } from '@ballast/stage';
import type { Consumed } from './consumed.ts';

/** One document for tests. */
export interface Sample {
  readonly offset: number;
  /** Offset in its lane; default the same. */
  readonly read?: number;
  readonly partition?: number;
  readonly pool?: Pool;
  readonly p?: number;
  readonly eps?: number;
  readonly tokens?: number;
  readonly verified?: boolean;
  readonly lane?: string;
  readonly text?: string;
  readonly id?: string;
  /** Offset of the document it is a replayed copy of, and where that one lies in a lane. */
  readonly replayOf?: { readonly offset: number; readonly lane?: Position };
}

/** A routed arrival as the mixer would hand it over; `mix` is its verdict. */
export function routed(sample: Sample, mix: MixVerdict | undefined): Routed {
  const { offset, read = offset, partition = 0, pool = 'anchor', p = pool === 'anchor' ? 0 : 0.5 } = sample;
  const text = sample.text ?? `Document number ${offset} of partition ${partition}.`;
  const lane = sample.lane ?? (sample.verified ? 'checked' : laneOfPool(pool, bandOf(p)));
  const verdicts: Verdicts = {
    detect: {
      stage: 'detect',
      version: '1',
      action: 'keep',
      reason: 'test',
      pool,
      band: bandOf(p),
      p,
      pUpper: p,
      eps: sample.eps ?? 0,
      calibrated: true,
      family: 'test',
      basis: pool === 'anchor' ? 'attested' : 'model',
      evidence: [],
      snapshots: { model: 'm', calibration: 'c', prevalence: 'p' },
    },
    verify: {
      stage: 'verify',
      version: '1',
      action: 'keep',
      reason: 'test',
      preset: 'datatrove-0.10',
      tokenizer: 't',
      ratios: {},
      failed: [],
      verified: sample.verified ?? false,
      ...(sample.verified
        ? { check: { kind: 'math' as const, outcome: 'pass' as const, trusted: true } }
        : {}),
    },
    oversample: {
      stage: 'oversample',
      version: '1',
      action: 'keep',
      reason: 'test',
      stratum: 'test',
      repeats: 1,
      tokens: sample.tokens ?? 10,
      snapshots: { reference: 'r', census: 'c' },
    },
    ...(mix === undefined ? {} : { mix }),
  };
  const value = new TextEncoder().encode(JSON.stringify({ text }));
  const { replayOf } = sample;
  return {
    topic: 'data',
    arrival: {
      position: { topic: 'documents.raw', partition, offset: BigInt(offset) },
      read: { topic: `documents.${lane}`, partition, offset: BigInt(read) },
      previous: undefined,
      value,
      verdicts,
      document: { id: sample.id ?? `doc-${partition}-${offset}`, text, source: 'test' },
      unreadable: undefined,
      ...(replayOf === undefined
        ? {}
        : {
            replayOf: {
              root: { topic: 'documents.raw', partition, offset: BigInt(replayOf.offset) },
              sha256: sha256OfValue(value),
              replay: 'test',
              lane: replayOf.lane,
            },
          }),
    },
    verdicts,
    previous: undefined,
  };
}

/** A document placed by the mixer. */
export function kept(sample: Sample, placements: readonly Placement[], judged = true): Routed {
  return routed(sample, {
    stage: 'mix',
    version: '1',
    action: 'keep',
    reason: 'placed',
    judged,
    placements: [...placements],
  });
}

/** A document the mixer found too long for the bound. */
export function tooLong(sample: Sample): Routed {
  return routed(sample, { stage: 'mix', version: '1', action: 'defer', reason: 'too_long_for_bound' });
}

/** A copy of a document whose other copy is in the table. */
export function superseded(sample: Sample): Routed {
  return routed(sample, { stage: 'mix', version: '1', action: 'reject', reason: 'superseded' });
}

/** A document that an earlier stage refused, as it lies in `documents.rejected`. */
export function rejected(sample: Sample): Routed {
  const plain = routed({ ...sample, lane: 'rejected' }, undefined);
  const verdicts: Verdicts = {
    ...plain.verdicts,
    verify: { stage: 'verify', version: '1', action: 'reject', reason: 'too_few_words' },
  };
  return { ...plain, verdicts, arrival: { ...plain.arrival, verdicts } };
}

/** Consumption of one lane range, marks following the lane offsets. */
export function consumed(
  lane: string,
  from: number,
  to: number,
  ledger: Consumed['ledger'] = null,
): Consumed {
  return {
    offsets: { [lane]: { from: String(from), to: String(to) } },
    marks: { [lane]: { 'documents.raw/0': String(to) } },
    ledger,
  };
}

/** Rows in one judged row group, one document per offset of the half-open range. */
export function group(
  from: number,
  to: number,
  change: Partial<Sample> = {},
  place = { unit: 0, group: 0 },
): Routed[] {
  return Array.from({ length: to - from }, (_, row) =>
    kept({ ...change, offset: from + row }, [{ ...place, row }]),
  );
}
