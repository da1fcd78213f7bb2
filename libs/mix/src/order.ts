/**
 * Interleaves several sides so that every prefix holds each side's share of the tokens: error
 * diffusion. Each side's rows are spread evenly over [0, 1] by the middle of their tokens and merged;
 * at any moment a side is therefore within half of its own longest row of its line, and its tokens
 * differ from its share of the prefix by at most half its longest row plus its share of half the sum of
 * all sides' longest rows. Rows of one side are shuffled first, by the seed, so that readers
 * need no shuffle buffer.
 *
 * @param sides Rows by side. @param tokensOf Tokens of a row, 0 or more. @param seed 32-bit.
 */
export function interleave<T>(
  sides: readonly (readonly T[])[],
  tokensOf: (row: T) => number,
  seed: number,
): readonly T[] {
  const random = mulberry32(seed);
  const placed: { readonly row: T; readonly at: number; readonly side: number }[] = [];
  for (const [side, rows] of sides.entries()) {
    const shuffled = shuffle(rows, random);
    // A row without tokens still takes a place, or all of them would lie at one end.
    const lengths = shuffled.map((row) => Math.max(tokensOf(row), Number.EPSILON));
    const all = lengths.reduce((sum, length) => sum + length, 0);
    let before = 0;
    for (const [index, row] of shuffled.entries()) {
      const length = lengths[index] ?? 0;
      placed.push({ row, at: (before + length / 2) / all, side });
      before += length;
    }
  }
  placed.sort((one, other) => one.at - other.at || one.side - other.side);
  return placed.map(({ row }) => row);
}

/** Fisher-Yates over a copy. */
function shuffle<T>(rows: readonly T[], random: () => number): readonly T[] {
  const shuffled = [...rows];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [shuffled[last], shuffled[other]];
    if (a === undefined || b === undefined) continue;
    shuffled[last] = b;
    shuffled[other] = a;
  }
  return shuffled;
}

/** 32-bit generator by Tommy Ettinger (public domain, "mulberry32"): seeded, recorded, the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a over UTF-16 units: the seed of one unit, from the run's seed and its first row (Fowler, Noll, Vo). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
