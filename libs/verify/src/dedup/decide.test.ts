import assert from 'node:assert/strict';
import { formatPosition } from '@ballast/document';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { candidate, copyOf } from './candidates.fixture.ts';
import type { Candidate } from './decide.ts';
import { openFirstSeenIndex } from './first-seen.ts';
import { MemoryStorage } from './memory.ts';
import { strengthOf, strengths, yields } from './strength.ts';
import type { Standing } from './strength.ts';

const standings = fc.record({ strength: fc.constantFrom(...strengths), verified: fc.boolean() });

/** A stream over few texts, so that most documents meet a copy. */
const streams = fc
  .array(fc.record({ text: fc.constantFrom('a', 'b', 'c'), standing: standings, refused: fc.boolean() }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((made) =>
    made.map(({ text, standing, refused }, offset) =>
      candidate(offset, text, {
        strength: standing.strength,
        verdictOver: {
          verified: standing.verified,
          ...(refused ? { action: 'reject', reason: 'too_short' } : {}),
        },
      }),
    ),
  );

const standingOf = ({ strength, verdict }: Candidate): Standing => ({ strength, verified: verdict.verified });

interface Judged {
  readonly of: Candidate;
  readonly action: string;
  readonly reason: string;
  readonly duplicateOf: string | undefined;
}

/** Decides a stream cut into batches of a size; a power cut with redelivery of everything after every batch when asked. */
async function decide(stream: readonly Candidate[], size: number, powerCuts = false): Promise<Judged[]> {
  const storage = new MemoryStorage();
  const index = await openFirstSeenIndex(storage, { table: 't' });
  const judged: Judged[] = [];
  for (let start = 0; start < stream.length; start += size) {
    const from = powerCuts ? 0 : start;
    if (powerCuts) storage.crash();
    const batch = stream.slice(from, start + size);
    const verdicts = await index.decide(batch);
    judged.splice(from);
    for (const [place, of] of batch.entries()) {
      const verdict = verdicts[place];
      assert.ok(verdict !== undefined);
      const duplicateOf = 'duplicateOf' in verdict ? verdict.duplicateOf : undefined;
      judged.push({ of, action: verdict.action, reason: verdict.reason, duplicateOf });
    }
  }
  return judged;
}

describe('for any stream of copies', () => {
  test('batch cuts, power cuts and redeliveries change no outcome', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.integer({ min: 1, max: 9 }), async (stream, size) => {
        const whole = await decide(stream, stream.length);
        assert.deepEqual(await decide(stream, size), whole);
        assert.deepEqual(await decide(stream, size, true), whole);
      }),
    );
  });

  test('whoever is refused as a duplicate, a kept document it yields to holds its text', async () => {
    await fc.assert(
      fc.asyncProperty(streams, async (stream) => {
        const judged = await decide(stream, stream.length);
        const kept = new Map(
          judged.filter(({ action }) => action === 'keep').map(({ of }) => [formatPosition(of.position), of]),
        );
        for (const { of, reason, duplicateOf = '' } of judged) {
          if (reason !== 'exact_duplicate') continue;
          const holder = kept.get(duplicateOf);
          assert.ok(holder !== undefined, `${duplicateOf} was not kept`);
          assert.deepEqual(holder.signatures, of.signatures);
          assert.ok(yields(standingOf(of), standingOf(holder)));
        }
      }),
    );
  });

  test('no text folds completely: its strongest acceptable copy, or an equal one, is kept', async () => {
    await fc.assert(
      fc.asyncProperty(streams, async (stream) => {
        const judged = await decide(stream, stream.length);
        for (const { of } of judged) {
          if (of.verdict.action !== 'keep') continue;
          const equals = judged.filter(
            (other) =>
              other.action === 'keep' &&
              other.of.signatures[0] === of.signatures[0] &&
              yields(standingOf(of), standingOf(other.of)),
          );
          assert.ok(equals.length > 0);
        }
      }),
    );
  });

  test('of copies of one standing exactly one is kept', async () => {
    await fc.assert(
      fc.asyncProperty(standings, fc.integer({ min: 1, max: 20 }), async ({ strength, verified }, copies) => {
        const stream = Array.from({ length: copies }, (_, offset) =>
          candidate(offset, 'a', { strength, verdictOver: { verified } }),
        );
        const judged = await decide(stream, 3);
        assert.equal(judged.filter(({ action }) => action === 'keep').length, 1);
      }),
    );
  });
});

test('a replay of a root that never claimed is judged like any other document', async () => {
  const index = await openFirstSeenIndex(new MemoryStorage(), { table: 't' });
  const verdicts = await index.decide([candidate(5, 'a', copyOf(1)), candidate(6, 'a')]);
  assert.deepEqual(
    verdicts.map((verdict) => verdict?.reason),
    ['ok', 'exact_duplicate'],
  );
});

describe('the order of strengths', () => {
  test('follows pool and band, and a band never lifts a synthetic document', () => {
    assert.equal(strengthOf({ pool: 'anchor', band: 'p100' }), 'anchor');
    assert.equal(strengthOf({ pool: 'presumed', band: 'p10' }), 'presumed');
    assert.equal(strengthOf({ pool: 'uncertain', band: 'p10' }), 'p30');
    assert.equal(strengthOf({ pool: 'uncertain', band: 'p70' }), 'p70');
    assert.equal(strengthOf({ pool: 'uncertain', band: 'p100' }), 'synthetic');
    assert.equal(strengthOf({ pool: 'synthetic', band: 'p10' }), 'synthetic');
  });

  test('is a partial order: reflexive and transitive', () => {
    fc.assert(
      fc.property(standings, standings, standings, (a, b, c) => {
        assert.ok(yields(a, a));
        if (yields(a, b) && yields(b, c)) assert.ok(yields(a, c));
      }),
    );
  });
});
