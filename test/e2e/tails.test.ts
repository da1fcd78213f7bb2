import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countTokens } from '@ballast/document';
import { z } from 'zod';
import { Workplace } from './cli.ts';
import { jsonLines, writer } from './texts.ts';

const auditSchema = z.object({
  holds: z.boolean(),
  strata: z.array(
    z.object({
      stratum: z.string(),
      target: z.number(),
      share: z.number(),
      documents: z.number(),
      limited: z.boolean(),
    }),
  ),
  figures: z.object({ keptDocuments: z.number(), keptRows: z.number() }),
});

describe('tails', () => {
  test('a stratum of the reference that arrives too rarely is repeated within bounds, and named as limited by its data', async () => {
    await using place = new Workplace();
    const write = writer(41);
    // Poems are a twentieth of what arrives, of two sources, and a third of what is wanted; letters never arrive.
    const rows = Array.from({ length: 1_200 }, (_, index) => {
      const isPoem = index % 20 === 0;
      const source = `library-${isPoem && index % 40 === 0 ? 'west' : 'east'}`;
      return { id: `d${index}`, text: write(), source, labels: { stratum: isPoem ? 'poems' : 'manuals' } };
    });
    const reference = ['poems', 'manuals', 'letters'].flatMap((stratum) =>
      Array.from({ length: 40 }, (_, index) => ({
        id: `${stratum}${index}`,
        text: write(),
        source: 'reference',
        labels: { stratum },
      })),
    );
    const input = place.write('input.jsonl', jsonLines(rows));
    place.write('reference.jsonl', jsonLines(reference));
    place.write(
      'pipeline.yaml',
      `sources:\n  - { match: "library-*", trust: human }\ningest:\n  - { file: ${input}, trusted: [source] }\nverify: { action: annotate }\nmixer: { rowGroupDocuments: 128 }\n`,
    );
    const run = [
      'run',
      '--input',
      input,
      '--table',
      'table',
      '--config',
      'pipeline.yaml',
      '--reference',
      'reference.jsonl',
      '--quiet',
    ];
    assert.equal((await place.ballast(run)).status, 0);
    const audit = await place.ballast(['audit', 'table', '--json']);
    assert.equal(audit.status, 0, audit.stdout);
    const { strata, figures } = auditSchema.parse(JSON.parse(audit.stdout));
    const of = (name: string) => strata.find(({ stratum }) => stratum === name);
    assert.deepEqual(strata.map(({ stratum }) => stratum).toSorted(), ['letters', 'manuals', 'poems']);
    assert.deepEqual(
      [of('letters')?.limited, of('poems')?.limited, of('manuals')?.limited],
      [true, true, false],
    );
    assert.equal(of('letters')?.documents, 0);
    // How many copies find room depends on where shards end; that there are some raises the share that arrived.
    assert.equal(figures.keptDocuments, 1_200);
    assert.ok(figures.keptRows > 1_200, `${figures.keptRows} rows`);
    const tokensOf = (stratum?: string): number =>
      rows
        .filter(({ labels }) => stratum === undefined || labels.stratum === stratum)
        .reduce((sum, { text }) => sum + countTokens(text), 0);
    const arrived = tokensOf('poems') / tokensOf();
    const { share = 0 } = of('poems') ?? {};
    assert.ok(share > arrived, `${share} of what was kept, ${arrived} of what arrived`);
  });
});
