import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { detect } from './detect.ts';
import { optionsOf, prose, rawRecord } from './fixtures.ts';
import { credentialProbe } from './provenance/c2pa/index.ts';

const stage = detect(optionsOf({ probes: [credentialProbe(undefined)] }));

/** Processor seconds that the whole stage takes for one document. */
async function secondsFor(text: string, metadata?: object): Promise<number> {
  const document = metadata === undefined ? { text } : { text, metadata: { ...metadata } };
  const record = rawRecord(0, document);
  const before = process.cpuUsage();
  const [verdict] = await stage.process([record], AbortSignal.timeout(60_000));
  const { user, system } = process.cpuUsage(before);
  assert.ok(verdict?.action === 'keep' && verdict.pool !== 'anchor', verdict?.reason);
  return (user + system) / 1e6;
}

const megabytes = 5_000_000;
const filled = (unit: string): string => unit.repeat(Math.ceil(megabytes / unit.length));

describe('the whole detector takes bounded time', () => {
  const texts: { readonly [name: string]: string } = {
    'prose of 5 MB': filled(`${prose(0)} `),
    '5 MB of one letter': filled('x'),
    '5 MB of zero-width characters': filled('\u200b'),
    '5 MB of beginnings of credentials': filled('\ufeff\u{e0100}'),
    '5 MB of chat preambles': filled('Sure, here is the text:\n'),
    '5 MB of lone surrogates': filled('\ud800'),
    '100,000 combining marks on one letter': `${prose(0)} e${'\u0301'.repeat(100_000)}`,
    '100,000 combining marks of two kinds in turn': `${prose(0)} e${'\u0301\u0323'.repeat(50_000)}`,
  };
  for (const [name, text] of Object.entries(texts)) {
    test(`for ${name}`, async () => {
      const seconds = await secondsFor(text);
      // Linear work of that size takes a tenth of a second; work that grows with the square, hours.
      assert.ok(seconds < 5, `${seconds} s`);
    });
  }

  test('for a manifest of 20 MB beside the text', async () => {
    const seconds = await secondsFor(prose(0), { c2pa_manifest: 'A'.repeat(27_000_000) });
    assert.ok(seconds < 5, `${seconds} s`);
  });
});
