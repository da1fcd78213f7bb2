import { createHash } from 'node:crypto';
import type { Evidence } from '@ballast/document';
import { blockLimits } from '../../weights.ts';
import { nothing } from '../probe.ts';
import type { ProvenanceProbe, Subject } from '../probe.ts';
import type { WatermarkTest } from './key.ts';

/** One configured key. */
export interface Watermark {
  /** Name in verdicts, where the evidence is `watermark_<name>`. */
  readonly name: string;
  readonly scheme: 'kgw' | 'unigram' | 'synthid';
  /** SHA-256 over everything that its findings depend on: key, table and tokenizer; hexadecimal. */
  readonly hash: string;
  readonly test: WatermarkTest;
  /** Fewest counted tokens of a text that is tested at all. */
  readonly minTokens: number;
  /** Power at `minTokens`, as its owner measured it. */
  readonly power: number;
  /** Tokenizer shared by keys of one model; equal names give equal tokens. */
  readonly tokenizer: { readonly name: string; readonly idsOf: (text: string) => readonly number[] };
  /** Tells whether the key is for documents of this source; every document where absent. */
  readonly appliesTo?: (document: Subject['document']) => boolean;
}

/** Code units of a text that are tested, from its start: some 4,000 tokens, and bounded work on any text. */
export const testedLengthMax = 16_384;

/** Largest corrected p-value that counts as a hit. */
export const hitMax = 1e-6;

/** Version of each test: raised with every change of a statistic. */
const versions = { kgw: 'kgw/1', unigram: 'unigram/2', synthid: 'synthid/1' } as const;

/**
 * Keyed text watermarks in the raw text. A hit weighs ln(power / p), within the limit of its block; p
 * is corrected for the number of keys that apply to the document (Bonferroni). What is no hit, or too
 * short, is no evidence.
 */
export function watermarkProbe(watermarks: readonly Watermark[]): ProvenanceProbe {
  const configuration = createHash('sha256');
  for (const { name, scheme, hash } of watermarks)
    configuration.update(`${name}\0${versions[scheme]}\0${hash}\n`);
  return {
    id: 'watermark/1',
    configuration: configuration.digest('hex'),
    examine({ document }) {
      const applied = watermarks.filter(({ appliesTo }) => appliesTo?.(document) ?? true);
      if (applied.length === 0) return nothing;
      const text = start(document.text);
      const tokens = new Map<string, readonly number[]>();
      const evidence: Evidence[] = [];
      for (const watermark of applied) {
        const { name, idsOf } = watermark.tokenizer;
        const ids = tokens.get(name) ?? idsOrNone(text, idsOf);
        tokens.set(name, ids);
        const hit = evidenceOf(watermark, ids, applied.length);
        if (hit !== undefined) evidence.push(hit);
      }
      return evidence.length === 0 ? nothing : { evidence };
    },
  };
}

function evidenceOf(
  { name, scheme, hash, test, minTokens, power }: Watermark,
  tokens: readonly number[],
  keys: number,
): Evidence | undefined {
  const { counted, z, pValue } = test(tokens);
  if (counted < minTokens) return undefined;
  // The smallest normal number stands for tails that no number can hold.
  const corrected = Math.min(1, Math.max(pValue, 2.3e-308) * keys);
  if (!(corrected <= hitMax)) return undefined;
  return {
    name: `watermark_${name}`,
    block: 'watermark',
    weight: Math.min(blockLimits.watermark[1], Math.log(power / corrected)),
    test: { scheme: versions[scheme], key: hash.slice(0, 16), statistic: z, counted, pValue: corrected },
  };
}

/** A tokenizer that fails on a text leaves it untested: no evidence, as for any text without a mark. */
function idsOrNone(text: string, idsOf: (text: string) => readonly number[]): readonly number[] {
  try {
    return idsOf(text);
  } catch {
    return [];
  }
}

/** The tested part; a surrogate pair is not parted. */
function start(text: string): string {
  if (text.length <= testedLengthMax) return text;
  const last = text.charCodeAt(testedLengthMax - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? testedLengthMax - 1 : testedLengthMax);
}
