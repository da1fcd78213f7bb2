import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Document, Evidence, Trust } from '@ballast/document';
import { cutoffMsOf } from './capture.ts';
import { examine } from './examine.ts';
import type { Provenance } from './examine.ts';
import type { ProvenanceProbe } from './probe.ts';
import { plainProbes, probesHash } from './probes.ts';
import type { SourceFacts } from './registry.ts';

const facts = (trust: SourceFacts['trust']): SourceFacts => ({
  family: 'web',
  trust,
  prior: undefined,
  match: 'web',
});
const probes = plainProbes(cutoffMsOf('2022-11-30') ?? 0);
const settle = (
  document: Partial<Document>,
  trust: SourceFacts['trust'],
  ...trusted: Trust[]
): Promise<Provenance> =>
  examine(
    {
      document: { id: '1', text: 'text', source: 'web', ...document },
      facts: facts(trust),
      trust: new Set(trusted),
    },
    probes,
  );

describe('examine', () => {
  test('a human source attests only through an ingest trusted for sources', async () => {
    assert.equal((await settle({}, 'human', 'source')).settled, 'attested_by_source');
    assert.equal((await settle({}, 'human', 'captured', 'check')).settled, undefined);
    assert.deepEqual((await settle({}, 'human')).evidence, [
      { name: 'source_list_untrusted_ingest', block: 'registry', weight: 0, detail: 'web' },
    ]);
  });

  test('a capture date attests only through an ingest trusted for captures, `created` never', async () => {
    const settled = async (document: Partial<Document>, ...trusted: Trust[]) =>
      (await settle(document, 'none', ...trusted)).settled;
    assert.equal(await settled({ captured: '2020-01-01' }, 'captured'), 'attested_by_capture');
    assert.equal(await settled({ captured: '2020-01-01' }, 'source'), undefined);
    assert.equal(await settled({ captured: '1970-01-01' }, 'captured'), undefined);
    assert.equal(await settled({ created: '2020-01-01' }, 'captured', 'source'), undefined);
  });

  test('a document both attested and declared synthetic is synthetic', async () => {
    const declared = { origin: 'synthetic' } as const;
    assert.equal(
      (await settle({ declared, captured: '2020-01-01' }, 'human', 'source', 'captured')).settled,
      'declared_synthetic',
    );
    assert.equal(
      (await settle({ captured: '2020-01-01' }, 'synthetic', 'captured')).settled,
      'source_publishes_synthetic',
    );
  });

  test('a source known to publish synthetic text needs nobody’s trust', async () => {
    assert.equal((await settle({}, 'synthetic')).settled, 'source_publishes_synthetic');
  });

  test('an unsigned claim of human settles nothing', async () => {
    const { settled } = await settle({ declared: { origin: 'human' } }, 'none', 'source', 'captured');
    assert.equal(settled, undefined);
  });
});

describe('attestation contested by other evidence', () => {
  const found = (evidence: Omit<Evidence, 'name'>): ProvenanceProbe => ({
    id: 'planted/1',
    examine: async () => ({ evidence: [{ name: 'planted', ...evidence }] }),
  });
  const attested = async (probe: ProvenanceProbe) =>
    (
      await examine(
        {
          document: { id: '1', text: 'text', source: 'web', captured: '2020-01-01' },
          facts: facts('human'),
          trust: new Set<Trust>(['source', 'captured']),
        },
        [...probes, probe],
      )
    ).settled;

  test('a watermark that outweighs source and capture date leaves the origin open', async () => {
    assert.equal(await attested(found({ block: 'watermark', weight: 13.8 })), undefined);
    assert.equal(await attested(found({ block: 'watermark', weight: 10 })), 'attested_by_source');
  });

  test('traces in the text and unsigned claims contest nothing', async () => {
    assert.equal(await attested(found({ block: 'text', weight: 100 })), 'attested_by_source');
    assert.equal(await attested(found({ block: 'claim', weight: 100 })), 'attested_by_source');
  });
});

describe('the hash of the probes', () => {
  test('changes with their rules and with their keys, and is absent where there are none', () => {
    const probe = (id: string, configuration: string): ProvenanceProbe => ({
      id,
      configuration,
      examine: () => ({ evidence: [] }),
    });
    const hashes = [probe('a/1', 'k'), probe('a/2', 'k'), probe('a/1', 'l')].map((each) =>
      probesHash([each]),
    );
    assert.equal(new Set(hashes).size, 3);
    assert.equal(probesHash([]), undefined);
  });
});
