import { bandOf } from '@ballast/document';
import type { Document, Pool, Verdicts } from '@ballast/document';
import type { Record } from '@ballast/stage';

/** What a test says of one record. */
export interface Sketch {
  readonly stratum?: string;
  readonly source?: string;
  readonly pool?: Pool;
  readonly p?: number;
  readonly tokens?: number;
  readonly failed?: readonly string[];
}

/** Verdicts of detector and verifier for a sketch. */
export function verdictsOf({ pool = 'presumed', p = 0.05, failed = [] }: Sketch, verified = false): Verdicts {
  return {
    detect: {
      stage: 'detect',
      version: 't',
      action: 'keep',
      reason: 'model',
      pool,
      band: bandOf(p),
      p,
      pUpper: p,
      eps: 0.03,
      calibrated: true,
      family: 'f',
      basis: 'model',
      evidence: [],
      snapshots: { model: 'm', calibration: 'c', prevalence: 'p' },
    },
    verify: {
      stage: 'verify',
      version: 't',
      action: 'keep',
      reason: 'ok',
      preset: 'none',
      tokenizer: 'none',
      ratios: {},
      failed: [...failed],
      verified,
    },
  };
}

/** A record of `documents.verified/0` at this offset. */
export function record(offset: number, sketch: Sketch): Record {
  const { stratum, source = 'blog', tokens = 100 } = sketch;
  const position = { topic: 'documents.raw', partition: 0, offset: BigInt(offset) };
  return {
    position,
    read: { topic: 'documents.verified', partition: 0, offset: BigInt(offset) },
    previous: offset === 0 ? undefined : { ...position, offset: BigInt(offset - 1) },
    value: new Uint8Array(),
    verdicts: verdictsOf(sketch),
    document: documentOf(`d${offset}`, stratum, source, tokens),
    unreadable: undefined,
  };
}

/** A document of `tokens` tokens. */
export function documentOf(
  id: string,
  stratum: string | undefined,
  source: string,
  tokens: number,
): Document {
  const document = { id, text: 'word '.repeat(tokens), source };
  return stratum === undefined ? document : { ...document, labels: { stratum } };
}
