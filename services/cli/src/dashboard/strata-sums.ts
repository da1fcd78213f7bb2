import type { DashboardSnapshot } from '@ballast/dashboard';
import type { Json } from '@ballast/stage';
import { z } from 'zod';

const amountsSchema = z.object({ documents: z.number(), tokens: z.number(), repeatedTokens: z.number() });
const ledgerSchema = z.object({ strata: z.record(z.string(), amountsSchema) });

type Amounts = z.infer<typeof amountsSchema>;

/** Strata that are told apart; labels of others are counted together, so that labels cannot fill memory. */
const strataMax = 10_000;
const otherStrata = '(other)';

/** Strata sent to the page. */
const strataSent = 40;

/** What the ledgers of all commits say of each stratum. */
export class StrataSums {
  readonly #sums = new Map<string, Amounts>();
  #reference: { readonly [stratum: string]: number } | undefined;
  #tokens = 0;
  #rows: NonNullable<DashboardSnapshot['strata']> | undefined;

  /** Adds the ledger of one shard; the latest reference is the one that counts. */
  add(ledger: Json, reference: { readonly [stratum: string]: number } | undefined): void {
    this.#reference = reference ?? this.#reference;
    this.#rows = undefined;
    const { data } = ledgerSchema.safeParse(ledger);
    for (const [name, { documents, tokens, repeatedTokens }] of Object.entries(data?.strata ?? {})) {
      const stratum = this.#sums.has(name) || this.#sums.size < strataMax ? name : otherStrata;
      const before = this.#sums.get(stratum) ?? { documents: 0, tokens: 0, repeatedTokens: 0 };
      this.#sums.set(stratum, {
        documents: before.documents + documents,
        tokens: before.tokens + tokens,
        repeatedTokens: before.repeatedTokens + repeatedTokens,
      });
      this.#tokens += tokens + repeatedTokens;
    }
  }

  /** Against the reference, furthest below its share first; without one, largest first. */
  rows(): NonNullable<DashboardSnapshot['strata']> {
    // Asked every few seconds, and thousands of strata are sorted for it.
    this.#rows ??= this.#sort();
    return this.#rows;
  }

  #sort(): NonNullable<DashboardSnapshot['strata']> {
    const names = new Set([...Object.keys(this.#reference ?? {}), ...this.#sums.keys()]);
    const rows = [...names].map((stratum) => {
      const { documents = 0, tokens = 0, repeatedTokens = 0 } = this.#sums.get(stratum) ?? {};
      const target = this.#reference?.[stratum];
      return {
        stratum,
        documents,
        tokens,
        reached: this.#tokens === 0 ? 0 : (tokens + repeatedTokens) / this.#tokens,
        ...(target === undefined ? {} : { target: Math.min(1, target) }),
      };
    });
    const shortfall = ({ reached, target }: (typeof rows)[number]): number =>
      target === undefined ? Number.POSITIVE_INFINITY : reached / target;
    return rows.toSorted((a, b) => shortfall(a) - shortfall(b) || b.tokens - a.tokens).slice(0, strataSent);
  }
}
