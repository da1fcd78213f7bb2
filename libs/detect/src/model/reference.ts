import { Bag } from '../text/bag.ts';
import { FeatureReader, keptTokens } from '../text/features.ts';
import type { HeadCard, ModelCard } from './card.ts';
import type { Scorer } from './scorer.ts';
import { unpackWeights } from './tables.ts';
import type { HeadTables } from './tables.ts';
import { dampened } from './weighting.ts';

/**
 * The model in plain TypeScript: what the ONNX graph computes, in double precision and without native
 * code. The parity test holds both to 1e-4; it also serves where no native library may be loaded.
 */
export function referenceScorer(card: ModelCard, tables: readonly HeadTables[]): Scorer {
  const heads = card.heads.map((head) => {
    const found = tables.find(({ name }) => name === head.name);
    if (found === undefined || found.idf.length !== 2 ** head.bits) {
      throw new RangeError(`referenceScorer: the ${head.name} head wants a table of 2^${head.bits} buckets`);
    }
    return { head, weights: unpackWeights(found), idf: found.idf };
  });
  const reader = new FeatureReader(keptTokens(card.heads.flatMap(({ kept }) => kept)));
  const bag = new Bag();
  const scoreOne = (text: string): number => {
    reader.read(text);
    let sum = 0;
    for (const { head, weights, idf } of heads) {
      reader.count(head.name, head.bits, bag);
      sum += standardLogit(head, weights, idf, bag);
    }
    return sum / heads.length;
  };
  return {
    id: card.id,
    card,
    score: (texts) => Promise.resolve(Float64Array.from(texts, scoreOne)),
    close: () => Promise.resolve(),
  };
}

function standardLogit(head: HeadCard, weights: Float32Array, idf: Uint8Array, bag: Bag): number {
  let numerator = 0;
  let square = 0;
  for (let i = 0; i < bag.size; i += 1) {
    const id = bag.ids[i] ?? 0;
    const x = (dampened[Math.min(255, bag.counts[i] ?? 0)] ?? 0) * (1 + head.idfScale * (idf[id] ?? 0));
    numerator += x * (weights[id] ?? 0);
    square += x * x;
  }
  const logit = numerator / Math.max(Math.sqrt(square), 1e-12) + head.bias;
  return (logit - head.mean) / head.sd;
}
