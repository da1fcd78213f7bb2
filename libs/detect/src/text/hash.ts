/** FNV-1a, 32 bit: start value and multiplier (Fowler, Noll, Vo; draft-eastlake-fnv). */
export const fnvOffset = 0x811c9dc5 | 0;
/** The 32-bit FNV prime. */
export const fnvPrime = 0x01000193;

/** Odd multiplier that chains token hashes into n-grams: 2^32 divided by the golden ratio. */
const chainFactor = 0x9e3779b1 | 0;

/** FNV-1a over the UTF-16 code units of a token (whole units, not bytes), signed 32 bit. */
export function hashToken(token: string): number {
  let hash = fnvOffset;
  for (let i = 0; i < token.length; i += 1) hash = Math.imul(hash ^ token.charCodeAt(i), fnvPrime);
  return hash;
}

/** Appends a token's hash to the hash of the tokens before it; the order counts. */
export function chain(hash: number, token: number): number {
  return Math.imul((hash << 5) | (hash >>> 27), chainFactor) ^ token;
}

/**
 * Spreads a hash over all bits (final mix of MurmurHash3 by Austin Appleby, public domain): FNV leaves
 * the top bits of short inputs poor, and the bucket is taken from the top.
 */
export function mix(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
