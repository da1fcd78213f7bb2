import { bandOf } from '@ballast/document';
import type { DetectVerdict, Document, Unreadable } from '@ballast/document';
import type { Stage } from '@ballast/stage';
import type { Choices } from './choices.ts';

/** What the detector would find in a document; the rest is made from it. */
export type Kind = 'attested' | 'borderline' | 'uncertain' | 'declared' | 'unreadable';

/** A simulated ingest message. */
export interface Made {
  readonly kind: Kind;
  readonly value: Uint8Array;
  readonly document: Document | undefined;
  readonly unreadable: Unreadable | undefined;
}

const kinds: readonly Kind[] = [
  'attested',
  'attested',
  'borderline',
  'borderline',
  'uncertain',
  'declared',
  'declared',
  'unreadable',
];

/** Texts are few, so that most documents meet a copy; all are short enough for a quality rule to object. */
const texts = ['tern', 'heron', 'plover', 'avocet', 'curlew', 'godwit', 'dunlin', 'knot', 'ruff', 'snipe'];

/** A document, of a random kind unless one is named. */
export function makeDocument(number: number, choices: Choices, of?: Kind): Made {
  const kind = of ?? choices.pick(kinds);
  const text = `${choices.pick(texts)} ${choices.pick(texts)}`;
  const value = new Uint8Array([number & 0xff, number >> 8]);
  if (kind === 'unreadable') return { kind, value, document: undefined, unreadable: 'not_json' };
  const document: Document = { id: `d${number}`, text, source: kind };
  return { kind, value, document, unreadable: undefined };
}

/** The threshold of one start of the detector: what an operator changes between two starts. */
export interface DetectorSettings {
  readonly tau: number;
}

/**
 * A detector whose judgement depends on the settings it was started with, as a real one's does. The
 * shares are all 0 or 1, so that every unit is large enough for its bound and waits for nothing.
 */
export function detectorOf({ tau }: DetectorSettings): Stage<DetectVerdict> {
  return {
    name: 'detect',
    version: String(tau),
    process: async (batch) => batch.map(({ document }) => judge(document.source, tau)),
  };
}

/** Upper ends of p(synthetic) by kind; `borderline` lies between the thresholds that occur. */
const upperEnds: { readonly [kind: string]: number } = { borderline: 0.11, uncertain: 0.4, declared: 1 };

function judge(kind: string, tau: number): DetectVerdict {
  const pUpper = upperEnds[kind] ?? 0;
  const isDeclared = kind === 'declared';
  const pool =
    kind === 'attested' ? 'anchor' : isDeclared ? 'synthetic' : pUpper < tau ? 'presumed' : 'uncertain';
  return {
    stage: 'detect',
    version: String(tau),
    action: 'keep',
    reason: 'simulated',
    pool,
    band: pool === 'presumed' ? 'p10' : bandOf(Math.min(pUpper, 1)),
    p: isDeclared ? 1 : 0,
    pUpper,
    eps: 0,
    calibrated: true,
    family: 'simulated',
    basis: pool === 'anchor' ? 'attested' : isDeclared ? 'declared' : 'model',
    evidence: [],
    snapshots: { model: 'm', calibration: 'c', prevalence: 'p' },
  };
}
