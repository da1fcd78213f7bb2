/**
 * Seeded draws. Every interval of the detector comes from these, so the same snapshot gives the same
 * bounds on every machine.
 */
export interface Random {
  /** Uniform on [0, 1). */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
  /** Gamma of this shape (> 0, else 0) and scale 1. */
  readonly gamma: (shape: number) => number;
}

/** Draws fixed by the text of `seed`. */
export function seeded(seed: string): Random {
  const uniform = sfc32(seed);
  const normal = (): number => {
    // 1 - uniform lies in (0, 1], so the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
  const gamma = (shape: number): number => {
    if (shape <= 0) return 0;
    if (shape === 1) return -Math.log(1 - uniform());
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    return marsagliaTsang(shape, uniform, normal);
  };
  return { uniform, normal, gamma };
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). */
function marsagliaTsang(shape: number, uniform: () => number, normal: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** The `sfc32` generator of PractRand (C. Doty-Humphrey), seeded by FNV-1a of the text. */
function sfc32(seed: string): () => number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  }
  let [a, b, c, counter] = [hash, hash ^ 0x9e3779b9, hash ^ 0x243f6a88, 1];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 15; round += 1) next();
  return next;
}
