import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { interleave } from './order.ts';

interface Piece {
  readonly side: number;
  readonly tokens: number;
  readonly id: number;
}

const lengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 100_000 })), {
  maxLength: 120,
});
const sidesOf = (all: readonly (readonly number[])[]): readonly (readonly Piece[])[] =>
  all.map((tokens, side) => tokens.map((length, id) => ({ side, tokens: length, id })));
const sum = (pieces: readonly Piece[]): number => pieces.reduce((total, { tokens }) => total + tokens, 0);
const longest = (pieces: readonly Piece[]): number =>
  pieces.reduce((most, { tokens }) => Math.max(most, tokens), 0);
const order = (sides: readonly (readonly Piece[])[], seed: number) =>
  interleave(sides, ({ tokens }) => tokens, seed);

/** How far the tokens of any side are from its share, at worst over all prefixes, in tokens. */
function worstOf(ordered: readonly Piece[], sides: readonly (readonly Piece[])[]): readonly number[] {
  const all = Math.max(1, sum(ordered));
  const shares = sides.map((pieces) => sum(pieces) / all);
  const worst = sides.map(() => 0);
  const seen = sides.map(() => 0);
  let before = 0;
  for (const { side, tokens } of ordered) {
    seen[side] = (seen[side] ?? 0) + tokens;
    before += tokens;
    for (const [index, share] of shares.entries()) {
      const off = Math.abs((seen[index] ?? 0) - share * before);
      worst[index] = Math.max(worst[index] ?? 0, off);
    }
  }
  return worst;
}

describe('the order within a unit', () => {
  test('every row comes out once', () => {
    fc.assert(
      fc.property(fc.array(lengths, { maxLength: 4 }), fc.nat(), (all, seed) => {
        const sides = sidesOf(all);
        assert.deepEqual(new Set(order(sides, seed)), new Set(sides.flat()));
        assert.equal(order(sides, seed).length, sides.flat().length);
      }),
    );
  });

  test('in every prefix each side is within half its longest row, and its part of the others, of its share', () => {
    fc.assert(
      fc.property(fc.array(lengths, { minLength: 2, maxLength: 4 }), fc.nat(), (all, seed) => {
        const sides = sidesOf(all);
        const halves = sides.reduce((total, pieces) => total + longest(pieces), 0) / 2;
        const tokens = Math.max(1, sum(sides.flat()));
        for (const [index, off] of worstOf(order(sides, seed), sides).entries()) {
          const pieces = sides[index] ?? [];
          assert.ok(
            off <= longest(pieces) / 2 + (halves * sum(pieces)) / tokens + 1e-6,
            `side ${index} is off by ${off}`,
          );
        }
      }),
    );
  });

  test('a random shuffle is ten times as far off: groups of 1,024 at a share of 30 %', () => {
    const sides = sidesOf([
      Array.from({ length: 7_000 }, () => 130),
      Array.from({ length: 3_000 }, () => 130),
    ]);
    const diffused = worstOf(order(sides, 1), sides)[1] ?? 0;
    // One side of both is a plain shuffle of all rows.
    const shuffled = worstOf(order([sides.flat()], 1), sides)[1] ?? 0;
    assert.ok(diffused < 200 && shuffled > 10 * diffused, `${diffused} against ${shuffled}`);
  });

  test('the seed decides the order, and nothing else does', () => {
    const sides = sidesOf([
      Array.from({ length: 50 }, (_, n) => n),
      Array.from({ length: 20 }, (_, n) => n * 3),
    ]);
    assert.deepEqual(order(sides, 7), order(sides, 7));
    assert.notDeepEqual(order(sides, 7), order(sides, 8));
  });
});
