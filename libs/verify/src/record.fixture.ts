import type { Band, Check, Pool } from '@ballast/document';
import type { Record } from '@ballast/stage';

/** What matters of a record to the verifier; the rest is made up. */
export interface Made {
  readonly text: string;
  readonly source?: string;
  readonly pool?: Pool;
  readonly band?: Band;
  readonly check?: Check;
  readonly topic?: string;
  readonly partition?: number;
}

/** A record as the detector leaves it, at the given offset of its ingest partition. */
export function record(offset: number, made: Made): Record {
  const { text, source = 'test', pool = 'uncertain', band = 'p50', check } = made;
  const { topic = 'documents.raw', partition = 0 } = made;
  const position = { topic, partition, offset: BigInt(offset) };
  return {
    position,
    read: { topic: 'documents.detected', partition, offset: BigInt(offset) },
    previous: offset === 0 ? undefined : { ...position, offset: BigInt(offset - 1) },
    value: Buffer.from(JSON.stringify({ text, check })),
    unreadable: undefined,
    document: { id: String(offset), text, source, check },
    verdicts: {
      detect: {
        stage: 'detect',
        version: 'test',
        action: 'keep',
        reason: 'ok',
        pool,
        band,
        p: 0.4,
        pUpper: 0.5,
        eps: 0,
        calibrated: true,
        family: 'test',
        basis: 'model',
        evidence: [],
        snapshots: { model: 'm', calibration: 'c', prevalence: 'p' },
      },
    },
  };
}
