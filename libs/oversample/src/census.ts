import type { Json } from '@ballast/stage';
import { z } from 'zod';

/** Strata counted by name; further ones are counted together, so that labels cannot blow up a snapshot. */
const strataMax = 1024;

/** What was seen of one stratum. Tokens are expectations: `human` sums t(1-p), `synthetic` sums tp. */
export interface StratumCount {
  readonly human: number;
  readonly synthetic: number;
  /** Distinct sources of human-pool documents, up to two: one is not enough to repeat anything. */
  readonly sources: readonly string[];
}

const snapshotSchema = z.object({
  strata: z.array(z.tuple([z.string(), z.number(), z.number(), z.array(z.string())])),
  other: z.tuple([z.number(), z.number()]),
});

/** Expected tokens by stratum of everything one input partition has brought so far. */
export class Census {
  readonly #strata = new Map<string, StratumCount>();
  #other: readonly [human: number, synthetic: number] = [0, 0];

  /** Continues from a {@link snapshot}; empty without one. Throws a ZodError on anything else. */
  static restore(snapshot: Json | undefined): Census {
    const census = new Census();
    if (snapshot === undefined || snapshot === null) return census;
    const { strata, other } = snapshotSchema.parse(snapshot);
    for (const [stratum, human, synthetic, sources] of strata)
      census.#strata.set(stratum, { human, synthetic, sources });
    census.#other = other;
    return census;
  }

  /** Counts one document; `source` only if its pool is human. */
  count(stratum: string, tokens: number, p: number, source: string | undefined): void {
    const human = tokens * (1 - p);
    const synthetic = tokens * p;
    const known = this.#strata.get(stratum);
    if (known === undefined && this.#strata.size >= strataMax) {
      this.#other = [this.#other[0] + human, this.#other[1] + synthetic];
      return;
    }
    const { sources = [] } = known ?? {};
    const isNew = source !== undefined && sources.length < 2 && !sources.includes(source);
    this.#strata.set(stratum, {
      human: (known?.human ?? 0) + human,
      synthetic: (known?.synthetic ?? 0) + synthetic,
      sources: isNew ? [...sources, source] : sources,
    });
  }

  /** What was counted of a stratum. */
  of(stratum: string): StratumCount {
    return this.#strata.get(stratum) ?? { human: 0, synthetic: 0, sources: [] };
  }

  /** The counts as plain data, in the order the strata appeared. */
  snapshot(): Json {
    return {
      strata: [...this.#strata].map(([stratum, { human, synthetic, sources }]) => [
        stratum,
        human,
        synthetic,
        sources,
      ]),
      other: [...this.#other],
    };
  }
}
