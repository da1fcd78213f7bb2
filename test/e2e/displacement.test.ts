import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Workplace } from './cli.ts';
import { assertAddsUp, assertAudited } from './holds.ts';
import { readStored } from './stored.ts';
import { attested, declared, documents, jsonLines, writer } from './texts.ts';

describe('a machine copy of a human text', () => {
  test('that arrives first and waits does not displace the attested original; one that arrives later is folded', async () => {
    await using place = new Workplace();
    place.write(
      'pipeline.yaml',
      `sources: [{ match: library-*, trust: human }]
ingest: [{ file: originals.jsonl, trusted: [source] }]
verify: { action: annotate }
mixer: { rowGroupDocuments: 64 }
`,
    );
    const originals = documents('original', 30, writer(21), attested);
    const copied = (prefix: string) =>
      originals.map(({ text }, index) => ({ id: `${prefix}-${index}`, text, ...declared }));
    const base = ['--table', 'table', '--config', 'pipeline.yaml'];

    place.write('copies.jsonl', jsonLines(copied('early')));
    const first = await place.run(['--input', 'copies.jsonl', ...base]);
    assert.deepEqual([first.flow.kept, first.flow.waiting], [0, 30]);

    place.write('originals.jsonl', jsonLines(originals));
    const second = await place.run(['--input', 'originals.jsonl', ...base]);
    assertAddsUp(second);
    const rows = await readStored(place.path('table'));
    const kept = new Set(rows.filter(({ action }) => action === 'keep').map(({ id }) => id));
    for (const { id } of originals) assert.ok(kept.has(id), `${id} is in data/`);
    assert.equal(second.flow.rejected, 0, 'no original is called a duplicate');

    place.write('late.jsonl', jsonLines(copied('late')));
    const third = await place.run(['--input', 'late.jsonl', ...base]);
    assertAddsUp(third);
    assert.equal(third.refusals['reject: exact_duplicate']?.documents, 30);
    const explained = await place.ballast(['explain', 'table', 'late-7']);
    assert.match(explained.stdout, /reject: exact_duplicate/);
    assert.match(explained.stdout, /duplicate of documents\.raw\.\w+\/\d+\/\d+/);
    await assertAudited(place);
  });

  test('and a claim of being human that nobody vouches for displaces nothing either', async () => {
    await using place = new Workplace();
    place.write(
      'pipeline.yaml',
      'sources: [{ match: library-*, trust: human }]\ningest: [{ file: originals.jsonl, trusted: [source] }]\nverify: { action: annotate }\n',
    );
    const originals = documents('original', 12, writer(22), attested);
    // The same source name and a declaration of human origin, from an input that is trusted for nothing.
    const forged = originals.map(({ text }, index) => ({
      id: `forged-${index}`,
      text,
      source: attested.source,
      declared: { origin: 'human' },
    }));
    place.write('forged.jsonl', jsonLines(forged));
    place.write('originals.jsonl', jsonLines(originals));
    const report = await place.run([
      '--input',
      'forged.jsonl',
      'originals.jsonl',
      '--table',
      'table',
      '--config',
      'pipeline.yaml',
      '--workers',
      '1',
    ]);
    assertAddsUp(report);
    const rows = await readStored(place.path('table'));
    const anchors = rows
      .filter(({ action, pool }) => action === 'keep' && pool === 'anchor')
      .map(({ id }) => id);
    assert.deepEqual(anchors.toSorted(), originals.map(({ id }) => id).toSorted());
    await assertAudited(place);
  });
});
