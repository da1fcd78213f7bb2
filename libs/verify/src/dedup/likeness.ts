import type { Pipeline } from '@ballast/document';
import type { Benchmarks } from './benchmarks.ts';
import type { NearSignature } from './decide.ts';
import { bandNames, Shingles } from './minhash.ts';

/** What a text is nearly like. */
export interface Likeness {
  /** Absent when near-dedup is off or the text has fewer than 5 words. */
  readonly near?: NearSignature | undefined;
  /** Benchmark that it shares 13 words in a row with. */
  readonly contaminatedBy?: string | undefined;
}

// Arrays are reused from text to text; nothing of one text shows in the next result.
const shingles = new Shingles();

/** Reads a text once for near-dedup and decontamination, where they are asked for. Time is linear. */
export function likenessOf(
  text: string,
  { action, hash, expireDays }: Pipeline['verify']['dedup']['near'],
  benchmarks: Benchmarks | undefined,
): Likeness {
  if (action === 'off' && benchmarks === undefined) return {};
  shingles.read(text);
  const contaminatedBy = benchmarks?.find(shingles);
  const signature = action === 'off' ? undefined : shingles.signature(hash);
  if (action === 'off' || signature === undefined) return { contaminatedBy };
  return { contaminatedBy, near: { bands: bandNames(signature, hash), action, expireDays } };
}
