import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { candidate, near } from './candidates.fixture.ts';
import type { Candidate } from './decide.ts';
import { openFirstSeenIndex } from './first-seen.ts';
import { MemoryStorage } from './memory.ts';
import { bandNames, Shingles } from './minhash.ts';
import type { ShingleHash } from './minhash.ts';

/** Who is in a cluster with whom once all is decided, by offset; clusters were joined after some were named. */
async function groupsOf(candidates: readonly Candidate[]): Promise<readonly (readonly number[])[]> {
  const storage = new MemoryStorage();
  const index = await openFirstSeenIndex(storage, { table: 't' });
  const verdicts = await index.decide(candidates);
  const groups = new Map<string, number[]>();
  for (const [place, { position }] of candidates.entries()) {
    const verdict = verdicts[place];
    let name = `documents.raw/0/${position.offset}`;
    if (verdict !== undefined && 'cluster' in verdict && verdict.cluster !== undefined)
      name = verdict.cluster.name;
    for (;;) {
      const next = await storage.read((view) => view.get('cluster', name));
      if (next?.startsWith('>') !== true) break;
      name = next.slice(1);
    }
    groups.set(name, [...(groups.get(name) ?? []), Number(position.offset)]);
  }
  return [...groups.values()]
    .map((group) => group.toSorted((a, b) => a - b))
    .toSorted(([a = 0], [b = 0]) => a - b);
}

describe('clusters of overlapping cuts of one text', () => {
  // The offsets of datatrove's own test; the text is ours. datatrove 0.10.1's signatures, buckets and
  // clusters over these cuts came to these groups, with either hash.
  const expected = [
    [0, 20, 50],
    [400, 420],
    [800, 810, 820, 840, 860],
    [1205, 1215, 1225, 1245],
    [1600],
    [2000],
  ];
  const text = pseudoLatin(600);
  const shingles = new Shingles();
  const cut = (offset: number, hash: ShingleHash): Candidate => {
    shingles.read(text.slice(offset, offset + 400));
    const bands = bandNames(shingles.signature(hash) ?? new BigUint64Array(112), hash);
    return near(offset, bands.join(' '));
  };
  for (const hash of ['xxh64', 'sha1'] as const) {
    test(`are datatrove's, in either order of arrival (${hash})`, async () => {
      const cuts = expected.flat().map((offset) => cut(offset, hash));
      assert.deepEqual(await groupsOf(cuts), expected);
      assert.deepEqual(await groupsOf(cuts.toReversed()), expected);
    });
  }
});

/** A text of its own that says nothing, the same for ever. */
function pseudoLatin(length: number): string {
  const syllables = 'la re mi so na vo ti ka pu de lo shi ra ne bo ga fe zu'.split(' ');
  let state = 7;
  // Numerical Recipes' linear congruential generator.
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const word = (): string =>
    Array.from({ length: 1 + draw(3) }, () => syllables[draw(syllables.length)]).join('');
  return Array.from({ length }, word).join(' ');
}

test('for any stream, clusters are the connected components of "share a band", in any order', async () => {
  const bands = fc.uniqueArray(fc.constantFrom(...Array.from('abcdefghijkl')), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(bands, { minLength: 1, maxLength: 25 }), async (stream) => {
      const candidates = stream.map((each, offset) => near(offset, each.join(' ')));
      const groups = await groupsOf(candidates);
      assert.deepEqual(groups, componentsOf(stream));
      assert.deepEqual(await groupsOf(candidates.toReversed()), groups);
    }),
  );
});

function componentsOf(stream: readonly (readonly string[])[]): readonly (readonly number[])[] {
  const components: { bands: Set<string>; members: number[] }[] = [];
  for (const [offset, bands] of stream.entries()) {
    const touched = components.filter((component) => bands.some((band) => component.bands.has(band)));
    for (const component of touched) components.splice(components.indexOf(component), 1);
    components.push({
      bands: new Set([...bands, ...touched.flatMap((component) => [...component.bands])]),
      members: [offset, ...touched.flatMap((component) => component.members)].toSorted((a, b) => a - b),
    });
  }
  return components.map(({ members }) => members).toSorted(([a = 0], [b = 0]) => a - b);
}

test('whoever is refused shares a band with a kept document, and no cluster is refused whole', async () => {
  const bands = fc.uniqueArray(fc.constantFrom(...Array.from('abcdefgh')), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(bands, { minLength: 1, maxLength: 25 }), async (stream) => {
      const index = await openFirstSeenIndex(new MemoryStorage(), { table: 't' });
      const verdicts = await index.decide(stream.map((each, offset) => near(offset, each.join(' '))));
      for (const [offset, verdict] of verdicts.entries()) {
        if (verdict?.action !== 'reject' || !('duplicateOf' in verdict)) continue;
        const holder = Number(verdict.duplicateOf?.split('/')[2]);
        assert.equal(verdicts[holder]?.action, 'keep');
        assert.ok(stream[holder]?.some((band) => stream[offset]?.includes(band)));
      }
      const kept = new Set(
        verdicts.flatMap((verdict, offset) => (verdict?.action === 'keep' ? [offset] : [])),
      );
      for (const component of componentsOf(stream)) assert.ok(component.some((offset) => kept.has(offset)));
    }),
  );
});

test('batch cuts and power cuts change no verdict of a stream of near-copies', async () => {
  const bands = fc.uniqueArray(fc.constantFrom(...Array.from('abcdef')), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(bands, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 7 }),
      async (stream, size) => {
        const candidates = stream.map((each, offset) => near(offset, each.join(' ')));
        const whole = await (
          await openFirstSeenIndex(new MemoryStorage(), { table: 't' })
        ).decide(candidates);
        const storage = new MemoryStorage();
        const index = await openFirstSeenIndex(storage, { table: 't' });
        for (let end = size; end < candidates.length + size; end += size) {
          storage.crash();
          assert.deepEqual(await index.decide(candidates.slice(0, end)), whole.slice(0, end));
        }
      },
    ),
  );
});

test('a refused document joins the cluster of its exact original, near-dedup or not', async () => {
  const index = await openFirstSeenIndex(new MemoryStorage(), { table: 't' });
  const verdicts = await index.decide([candidate(1, 'a'), candidate(2, 'a'), candidate(3, 'b')]);
  assert.deepEqual(
    verdicts.map((verdict) => (verdict !== undefined && 'cluster' in verdict ? verdict.cluster : undefined)),
    [undefined, { name: 'documents.raw/0/1', size: 2 }, undefined],
  );
});
