import type { Document } from '@ballast/document';
import { pipelineSchema } from '@ballast/document';
import type { Json, Record } from '@ballast/stage';
import type { DetectOptions } from './detect.ts';
import type { ModelCard } from './model/card.ts';
import type { Scorer } from './model/scorer.ts';
import type { Snapshot, SnapshotStore } from './snapshots.ts';

/** A snapshot store in memory that keeps every version, for tests. */
export class MapStore implements SnapshotStore {
  readonly versions = new Map<string, readonly Json[]>();

  async read(name: string): Promise<Snapshot | undefined> {
    const all = this.versions.get(name);
    const value = all?.at(-1);
    return all === undefined || value === undefined ? undefined : { version: String(all.length), value };
  }

  async publish(name: string, value: Json): Promise<string> {
    // Through text, as any durable store does it.
    const stored: Json = JSON.parse(JSON.stringify(value));
    const all = [...(this.versions.get(name) ?? []), stored];
    this.versions.set(name, all);
    return String(all.length);
  }

  async list(prefix: string): Promise<readonly string[]> {
    return [...this.versions.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  }
}

/** Twenty-one quantiles of a normal distribution of this mean and deviation 1.8, as a card holds them. */
function quantiles(mean: number): number[] {
  const standard = [-2.6, -1.64, -1.28, -1.04, -0.84, -0.67, -0.52, -0.39, -0.25, -0.13];
  return [...standard, 0, ...standard.toReversed().map((z) => -z)].map((z) => mean + 1.8 * z);
}

/** The card of a model that needs no calibration and was held out on three alike domains. */
const plainCard: ModelCard = {
  format: 2,
  id: '00000000000000aa',
  features: 'fnv1a-mix/1',
  heads: [],
  platt: [{ maxLength: null, a: 1, b: 0 }],
  languages: ['en'],
  domains: ['a', 'b', 'c'].map((domain) => ({ domain, human: quantiles(-1.64), machine: quantiles(1.64) })),
  metrics: {
    folds: 'domain',
    validation: { auroc: 0.9, tprAt1: 0.4, tprAt5: 0.6, human: 1, synthetic: 1 },
    domainOut: { auroc: 0.9, tprAt1: 0.4, tprAt5: 0.6, human: 1, synthetic: 1 },
    domainOutPooled: { auroc: 0.9, tprAt1: 0.4, tprAt5: 0.6, human: 1, synthetic: 1 },
    ece: 0,
    worstDomainFprAt5: 0.05,
    baseRate: [],
  },
  data: { description: '', sha256: '', sources: [], leaks: {} },
  licences: [],
  seed: 1,
};

/** A model that reads its score off the text: `llrp15` is +1.5, `llrm15` is −1.5, `llrnone` no number. */
export function readingScorer(): Scorer & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    id: plainCard.id,
    card: plainCard,
    calls,
    score: async (texts) => {
      calls.push(...texts);
      return Float64Array.from(texts, (text) => {
        const [, sign, tenths] = /llr([pm])(\d+)/.exec(text) ?? [];
        return tenths === undefined ? Number.NaN : (sign === 'm' ? -1 : 1) * (Number(tenths) / 10);
      });
    },
    close: async () => {},
  };
}

/** English prose that {@link readingScorer} scores with `llr`, different for every `number`. */
export function prose(llr: number, number = 0): string {
  const mark = `llr${llr < 0 ? 'm' : 'p'}${Math.round(Math.abs(llr) * 10)}`;
  return (
    `The keeper of the house number ${number} wrote ${mark} in the book, and when they asked him what it was, ` +
    `he said that it would have been there for all of them to read, if only they had come with the others.`
  );
}

/** A record of `documents.raw/0` at this offset. */
export function rawRecord(offset: number, document: Partial<Document> & { readonly text: string }): Record {
  const position = { topic: 'documents.raw', partition: 0, offset: BigInt(offset) };
  return {
    position,
    read: position,
    previous: undefined,
    value: new Uint8Array(),
    verdicts: {},
    unreadable: undefined,
    document: { id: `d${offset}`, source: 'web', ...document },
  };
}

/** Options of a detector with defaults, nothing trusted and an empty store. */
export function optionsOf(change: Partial<DetectOptions> = {}): DetectOptions {
  return {
    scorer: readingScorer(),
    pipeline: pipelineSchema.parse({}).detector,
    sources: [],
    trustOf: () => new Set(),
    canaries: [],
    store: new MapStore(),
    ...change,
  };
}
