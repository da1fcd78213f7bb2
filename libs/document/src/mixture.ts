import type { Origin } from './origin.ts';

/** Documents and tokens of one origin. */
export interface Amount {
  readonly documents: number;
  readonly tokens: number;
}

/** How much of each origin there is. */
export type Mixture = { readonly [O in Origin]: Amount };

/** A mixture of nothing. */
export const emptyMixture: Mixture = {
  human: { documents: 0, tokens: 0 },
  synthetic: { documents: 0, tokens: 0 },
  unknown: { documents: 0, tokens: 0 },
};
