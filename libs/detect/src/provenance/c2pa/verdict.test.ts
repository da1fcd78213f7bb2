import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { detectVerdictSchema } from '@ballast/document';
import type { DetectJudgement } from '@ballast/document';
import { detect } from '../../detect.ts';
import { optionsOf, prose, rawRecord } from '../../fixtures.ts';
import { credentialProbe, readTrustList } from './index.ts';
import type { TrustList } from './index.ts';
import { issue, signText } from './sign.fixture.ts';
import type { Identity } from './sign.fixture.ts';

const iptc = 'http://cv.iptc.org/newscodes/digitalsourcetype/';

describe('the verdict on a text with a content credential', () => {
  let signer: Identity;
  let trustList: TrustList;

  before(async () => {
    signer = await issue('Press');
    trustList = readTrustList(signer.pem, '2026-01-01', 'list.pem');
  });

  async function judge(text: string): Promise<DetectJudgement> {
    const stage = detect(optionsOf({ probes: [credentialProbe(trustList)] }));
    const [verdict] = await stage.process([rawRecord(0, { text })], AbortSignal.timeout(10_000));
    assert.ok(verdict?.action === 'keep');
    assert.deepEqual(detectVerdictSchema.parse(verdict), verdict);
    return verdict;
  }

  const signed = (text: string, term: string): string => signText({ text, signer, sourceType: iptc + term });

  test('human, by a pinned signer: anchor, and the verdict names the list it rests on', async () => {
    const verdict = await judge(signed(prose(9), 'digitalCreation'));
    assert.deepEqual(
      [verdict.reason, verdict.pool, verdict.band, verdict.p, verdict.basis],
      ['attested_by_credential', 'anchor', 'p10', 0, 'attested'],
    );
    assert.ok(verdict.snapshots.probes !== undefined);
  });

  test('made by a model: synthetic, however human the text looks', async () => {
    const verdict = await judge(signed(prose(-9), 'trainedAlgorithmicMedia'));
    assert.deepEqual(
      [verdict.reason, verdict.pool, verdict.p, verdict.basis],
      ['credential_synthetic', 'synthetic', 1, 'declared'],
    );
  });

  test('broken: judged as the same text without it', async () => {
    const [broken, plain] = [
      await judge(signed(prose(2), 'digitalCreation').replace(/^/, ' ')),
      await judge(prose(2)),
    ];
    assert.equal(broken.p, plain.p);
    assert.deepEqual([broken.pool, broken.basis, broken.llr], [plain.pool, 'model', plain.llr]);
    assert.ok(broken.evidence.some(({ name }) => name === 'credential_broken'));
  });
});
