import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readTrustList } from './index.ts';
import { issue } from './sign.fixture.ts';

describe('the pinned trust list', () => {
  test('is known by its certificates and its date', async () => {
    const [first, second] = [await issue('A', { isCa: true }), await issue('B')];
    const hash = (pem: string, asOf: string): string => readTrustList(pem, asOf, 'list.pem').hash;
    const both = `# two\n${first.pem}\n${second.pem}`;
    assert.equal(readTrustList(both, '2026-01-01', 'list.pem').anchors.length, 2);
    assert.equal(hash(both, '2026-01-01'), hash(`${first.pem}\n\n${second.pem}\n`, '2026-01-01'));
    assert.notEqual(hash(both, '2026-01-01'), hash(both, '2026-01-02'));
    assert.notEqual(hash(both, '2026-01-01'), hash(first.pem, '2026-01-01'));
  });

  test('that holds nothing to check a signature with is refused at start', () => {
    const empty = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    for (const pem of ['', 'words', empty, empty.replaceAll('CERTIFICATE', 'PRIVATE KEY')]) {
      assert.throws(() => readTrustList(pem, '2026-01-01', 'list.pem'), {
        code: 'BALLAST_DETECT_TRUST_LIST',
        exit: 78,
        message: /list\.pem/,
      });
    }
  });
});
