import { seeded } from '../../calibrate/random.ts';
import type { Green } from './kgw.ts';

/** Size of the toy vocabulary. */
export const toyVocabulary = 2_000;

/**
 * A toy language model: after each token a Zipf law of exponent 1.5 over an order of the vocabulary of
 * that token's own, which has 4.3 bits of entropy, about what chat models show on prose.
 */
function probabilities(before: number): Float64Array {
  const law = new Float64Array(toyVocabulary);
  const offset = Math.imul(before + 1, 0x9e3779b1) >>> 0;
  for (let rank = 0; rank < toyVocabulary; rank += 1)
    law[(offset + rank * 739) % toyVocabulary] = zipf[rank] ?? 0;
  return law;
}

const zipf = (() => {
  const raw = Array.from({ length: toyVocabulary }, (_, rank) => (rank + 1) ** -1.5);
  const total = raw.reduce((sum, each) => sum + each, 0);
  return raw.map((each) => each / total);
})();

/** Changes the law of the next token; `tokens` are those before it. */
export type Marking = (law: Float64Array, tokens: readonly number[]) => void;

/** Samples `length` tokens multinomially, each from the law that the marking leaves. */
export function generate(length: number, seed: number, mark: Marking = () => undefined): number[] {
  const next = seeded(`toy ${seed}`).uniform;
  const tokens = [Math.floor(next() * toyVocabulary)];
  while (tokens.length < length) {
    const law = probabilities(tokens.at(-1) ?? 0);
    mark(law, tokens);
    tokens.push(sample(law, next()));
  }
  return tokens;
}

/** Adds δ to the logits of green tokens (Kirchenbauer et al. 2023, algorithm 2). */
export function greenMarking(isGreen: Green, delta: number): Marking {
  return (law, tokens) => {
    let total = 0;
    for (let token = 0; token < law.length; token += 1) {
      if (isGreen([...tokens.slice(-8), token], Math.min(8, tokens.length)))
        law[token] = (law[token] ?? 0) * Math.exp(delta);
      total += law[token] ?? 0;
    }
    for (let token = 0; token < law.length; token += 1) law[token] = (law[token] ?? 0) / total;
  };
}

/**
 * A tournament of two per layer, as its effect on the law (Dathathri et al. 2024, vectorised form):
 * p(x) ← p(x) · (1 + g(x) − Σ p(y) g(y)), once per depth.
 */
export function tournamentMarking(
  gOf: (tokens: readonly number[], token: number) => Uint8Array,
  depths: number,
): Marking {
  return (law, tokens) => {
    const likely = [...law.keys()].filter((token) => (law[token] ?? 0) > 1e-3);
    const rows = new Map(likely.map((token) => [token, Uint8Array.from(gOf(tokens, token))]));
    for (let depth = 0; depth < depths; depth += 1) {
      let marked = 0;
      for (const [token, row] of rows) marked += (law[token] ?? 0) * (row[depth] ?? 0);
      for (const [token, row] of rows) law[token] = (law[token] ?? 0) * (1 + (row[depth] ?? 0) - marked);
    }
  };
}

function sample(law: Float64Array, at: number): number {
  let sum = 0;
  for (let token = 0; token < law.length; token += 1) {
    sum += law[token] ?? 0;
    if (at < sum) return token;
  }
  return law.length - 1;
}
