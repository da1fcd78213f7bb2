import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Document, Trust } from '@ballast/document';
import fc from 'fast-check';
import { canonicalise } from '../../canonical.ts';
import type { Finding } from '../probe.ts';
import { credentialProbe, readTrustList } from './index.ts';
import type { TrustList } from './index.ts';
import { issue, keyTypes, selectors, signDetached, signText, superbox, wrap, box } from './sign.fixture.ts';
import type { Identity, KeyType, Recipe } from './sign.fixture.ts';

const iptc = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
const model = `${iptc}trainedAlgorithmicMedia`;
const human = `${iptc}digitalCreation`;
const text = 'The ferry left at dawn, and nobody on the quay waved. Café crème, 12 €.\n'.repeat(4);

let root: Identity;
let middle: Identity;
let signer: Identity;
let stranger: Identity;
let pinned: TrustList;

before(async () => {
  root = await issue('Root', { isCa: true, to: '2040-01-01' });
  middle = await issue('Middle', { isCa: true, issuer: root, pathLength: 0, to: '2040-01-01' });
  signer = await issue('Press', { issuer: middle });
  stranger = await issue('Nobody');
  pinned = readTrustList(root.pem, '2026-01-01', 'list.pem');
});

/** A recipe of a chain that the pinned root vouches for. */
const trusted = (change: Partial<Recipe> = {}): Recipe => ({
  text,
  signer,
  issuers: [middle],
  sourceType: model,
  ...change,
});

interface Circumstances {
  readonly document?: Partial<Document>;
  readonly asOf?: string;
  readonly trust?: readonly Trust[];
  readonly anchors?: readonly Identity[];
}

function examine(signed: string, { document, asOf, trust = [], anchors }: Circumstances = {}): Finding {
  const pem = (anchors ?? [root]).map((identity) => identity.pem).join('\n');
  const isPlain = anchors === undefined && asOf === undefined;
  const list = isPlain ? pinned : readTrustList(pem, asOf ?? '2026-01-01', 'list.pem');
  const finding = credentialProbe(list).examine({
    document: { id: '1', text: signed, source: 'web', ...document },
    facts: { family: 'web', trust: 'none', prior: undefined, match: undefined },
    trust: new Set(trust),
  });
  assert.ok(!(finding instanceof Promise));
  return finding;
}

const detached = (recipe: Recipe, circumstances: Circumstances = {}): Finding =>
  examine(recipe.text, { ...circumstances, document: { metadata: { c2pa_manifest: signDetached(recipe) } } });

function assertBroken(finding: Finding, reason: RegExp): void {
  assert.equal(finding.settles, undefined);
  assert.deepEqual(
    finding.evidence.map(({ name, weight }) => ({ name, weight })),
    [{ name: 'credential_broken', weight: 0 }],
  );
  assert.match(finding.evidence[0]?.detail ?? '', reason);
}

describe('a credential that holds, by a trusted signer', () => {
  test('settles synthetic with the weight of the table', () => {
    assert.deepEqual(examine(signText(trusted())), {
      evidence: [
        {
          name: 'credential_synthetic',
          block: 'credential',
          weight: 10,
          detail: 'trainedAlgorithmicMedia, signed by Press',
        },
      ],
      settles: 'credential_synthetic',
    });
  });

  test('attests human where the signer says that a human created the text', () => {
    const finding = examine(signText(trusted({ sourceType: human })));
    assert.equal(finding.settles, 'attested_by_credential');
    assert.deepEqual(
      finding.evidence.map(({ name, weight }) => [name, weight]),
      [['credential_human', -6]],
    );
  });

  test('does not attest an edit, nor a text that something else went into', () => {
    const created = { action: 'c2pa.created', digitalSourceType: human };
    for (const assertions of [
      {
        'c2pa.actions.v2': {
          actions: [{ action: 'c2pa.opened' }, { action: 'c2pa.edited', digitalSourceType: human }],
        },
      },
      { 'c2pa.actions.v2': { actions: [created] }, 'c2pa.ingredient.v3': { relationship: 'parentOf' } },
      { 'c2pa.actions': { actions: [{ action: 'c2pa.edited' }, created] } },
    ]) {
      const { settles, evidence } = examine(signText(trusted({ assertions })));
      assert.equal(settles, undefined);
      assert.deepEqual(
        evidence.map(({ name, weight }) => [name, weight]),
        [['credential_human_in_part', 0]],
      );
    }
  });

  test('one model among its actions or ingredients makes it synthetic', () => {
    const created = { action: 'c2pa.created', digitalSourceType: human };
    for (const assertions of [
      { 'c2pa.actions.v2': { actions: [created, { action: 'c2pa.edited', digitalSourceType: model }] } },
      {
        'c2pa.actions.v2': { actions: [created] },
        'c2pa.ingredient.v3__2': {
          relationship: 'componentOf',
          digitalSourceType: `${iptc}compositeWithTrainedAlgorithmicMedia`,
        },
      },
    ]) {
      assert.equal(examine(signText(trusted({ assertions }))).settles, 'credential_synthetic');
    }
  });

  test('an AI disclosure without source type raises suspicion and attests nothing', () => {
    const assertions = {
      'c2pa.actions.v2': { actions: [{ action: 'c2pa.created', digitalSourceType: human }] },
      'c2pa.ai-disclosure': { modelType: 'generative_model' },
    };
    const { settles, evidence } = examine(signText(trusted({ assertions })));
    assert.equal(settles, undefined);
    assert.deepEqual(
      evidence.map(({ name, block, weight }) => [name, block, weight]),
      [['credential_altered', 'claim', 2]],
    );
  });

  for (const keyType of Object.keys(keyTypes) as KeyType[]) {
    test(`is verified for ${keyType}`, async () => {
      const own = await issue(`Signer ${keyType}`, { issuer: root, keyType });
      const recipe = trusted({ signer: own, issuers: [], keyType });
      assert.equal(examine(signText(recipe)).settles, 'credential_synthetic');
      const forged = (store: Buffer): Buffer => flip(store, store.length - 20);
      assertBroken(examine(signText({ ...recipe, tamper: forged })), /^claimSignature\.mismatch/);
    });
  }

  test('a single signer may be pinned, too', () => {
    const recipe = trusted({ signer: stranger, issuers: [] });
    assert.equal(examine(signText(recipe), { anchors: [root, stranger] }).settles, 'credential_synthetic');
  });

  test('holds wherever the wrapper stands, and however the text is composed', () => {
    assert.equal(examine(signText(trusted({ at: 40 }))).settles, 'credential_synthetic');
    assert.equal(examine(signText(trusted({ at: 0 }))).settles, 'credential_synthetic');
    assert.equal(examine(signText(trusted()).normalize('NFD')).settles, 'credential_synthetic');
    assert.equal(examine(signText(trusted({ text: text.normalize('NFD') }))).settles, 'credential_synthetic');
  });

  test('holds when it lies beside the text, as base64 or data URI', () => {
    assert.equal(detached(trusted()).settles, 'credential_synthetic');
    assert.equal(detached(trusted({ sourceType: human })).settles, 'attested_by_credential');
    const metadata = { 'C2PA-Manifest-Store': `data:application/c2pa;base64,${signDetached(trusted())}` };
    assert.equal(examine(text, { document: { metadata } }).settles, 'credential_synthetic');
  });

  test('its wrapper is not part of what is scored', () => {
    assert.equal(canonicalise(signText(trusted({ at: 40 }))), canonicalise(text));
  });
});

describe('a credential that holds, by anyone else', () => {
  test('is worth an unsigned claim', () => {
    const recipe = trusted({ signer: stranger, issuers: [] });
    const synthetic = examine(signText(recipe));
    assert.equal(synthetic.settles, 'declared_synthetic');
    assert.deepEqual(synthetic.evidence, [
      {
        name: 'credential_untrusted_synthetic',
        block: 'claim',
        weight: 5,
        detail: 'trainedAlgorithmicMedia, signed by Nobody: no pinned anchor',
      },
    ]);
    const { settles, evidence } = examine(signText({ ...recipe, sourceType: human }));
    assert.equal(settles, undefined);
    assert.deepEqual(
      evidence.map(({ block, weight }) => [block, weight]),
      [['claim', 0]],
    );
  });

  test('is what all are where no list is pinned', () => {
    const subject = {
      document: { id: '1', text: signText(trusted({ sourceType: human })), source: 'web' },
      facts: { family: 'web', trust: 'none', prior: undefined, match: undefined } as const,
      trust: new Set<Trust>(['source', 'captured', 'check']),
    };
    const probe = credentialProbe();
    assert.equal(probe.configuration, undefined);
    const finding = probe.examine(subject);
    assert.ok(!(finding instanceof Promise));
    assert.deepEqual(
      finding.evidence.map(({ name, weight }) => [name, weight]),
      [['credential_untrusted_human', 0]],
    );
  });

  test('a chain is trusted only as far as CA rights and path lengths go', async () => {
    const notCa = await issue('Press sells', { issuer: signer });
    const tooDeep = await issue('Deep CA', { issuer: middle, isCa: true });
    const below = await issue('Below', { issuer: tooDeep });
    const sameName = await issue('Root', { isCa: true });
    const forged = await issue('Forged', { issuer: sameName });
    const otherPurpose = await issue('Web server', { issuer: root, purposes: ['1.3.6.1.5.5.7.3.1'] });
    for (const [own, issuers] of [
      [notCa, [signer, middle]],
      [below, [tooDeep, middle]],
      [forged, []],
      [forged, [sameName]],
      [signer, []],
      [otherPurpose, []],
    ] as const) {
      const { settles } = examine(signText(trusted({ signer: own, issuers, sourceType: human })));
      assert.equal(settles, undefined, own.name);
    }
  });
});

describe('dates', () => {
  test('an expired certificate breaks the credential', () => {
    const signed = signText(trusted({ sourceType: human }));
    const late = { asOf: '2027-06-01' };
    assertBroken(examine(signed, late), /^claimSignature\.outsideValidity: a certificate has expired/);
  });

  test('an expired anchor breaks it, too', async () => {
    const old = await issue('Old root', { isCa: true, to: '2025-01-01' });
    const own = await issue('Outlives it', { issuer: old });
    const signed = signText(trusted({ signer: own, issuers: [], sourceType: human }));
    assertBroken(examine(signed, { anchors: [old] }), /outsideValidity: the anchor has expired/);
  });

  test('a certificate that has not begun is not trusted', async () => {
    const young = await issue('Young', { issuer: root, from: '2026-06-01' });
    const recipe = trusted({ signer: young, issuers: [] });
    assert.equal(examine(signText({ ...recipe, sourceType: human })).settles, undefined);
    // A list older than the signature must not swallow the label of a machine.
    assert.equal(examine(signText(recipe)).settles, 'declared_synthetic');
  });

  test('a trusted capture date goes before the date of the list, any other does not', () => {
    const signed = signText(trusted({ sourceType: human }));
    const expired = { asOf: '2028-01-01', document: { captured: '2025-05-01' } };
    assert.equal(examine(signed, { ...expired, trust: ['captured'] }).settles, 'attested_by_credential');
    assertBroken(examine(signed, expired), /outsideValidity/);
    const implausible = {
      asOf: '2025-01-01',
      document: { captured: '1970-01-01' },
      trust: ['captured'],
    } as const;
    assert.equal(examine(signed, implausible).settles, 'attested_by_credential');
  });
});

describe('a credential that does not hold weighs nothing and says why', () => {
  const otherText = `${text}One more line.`;

  test('stripped: there is nothing to say', () => {
    const stripped = signText(trusted()).replaceAll(/\ufeff|\p{Variation_Selector}/gu, '');
    assert.deepEqual(examine(stripped).evidence, []);
  });

  test('replayed on another text', () => {
    const wrapper = signText(trusted({ sourceType: human })).slice(text.length);
    assertBroken(examine(otherText + wrapper), /^assertion\.dataHash\.malformed/);
    assertBroken(examine(text.replace('dawn', 'dusk') + wrapper), /^assertion\.dataHash\.mismatch/);
    const metadata = { c2pa_manifest: signDetached(trusted({ sourceType: human })) };
    assertBroken(examine(otherText, { document: { metadata } }), /^assertion\.dataHash\.mismatch/);
  });

  test('an assertion tampered with', () => {
    const swap = (store: Buffer): Buffer => {
      const at = store.indexOf('digitalCreation');
      return Buffer.concat([store.subarray(0, at), Buffer.from('digitalCapture!'), store.subarray(at + 15)]);
    };
    const recipe = trusted({ sourceType: human, tamper: swap });
    assertBroken(examine(signText(recipe)), /^assertion\.hashedURI\.mismatch/);
  });

  test('a claim tampered with', () => {
    const swap = (store: Buffer): Buffer => flip(store, store.indexOf('a test'));
    assertBroken(examine(signText(trusted({ tamper: swap }))), /^claimSignature\.mismatch/);
  });

  test('signed by a certificate that may not sign claims', async () => {
    const recipe = (own: Identity): Recipe => trusted({ signer: own, issuers: [], sourceType: human });
    for (const own of [
      await issue('CA', { issuer: root, isCa: true }),
      await issue('Any', { issuer: root, purposes: ['2.5.29.37.0'] }),
      await issue('Clock', { issuer: root, purposes: ['1.3.6.1.5.5.7.3.8'] }),
    ]) {
      assertBroken(examine(signText(recipe(own))), /^signingCredential\.invalid/);
    }
  });

  test('an algorithm that is not the key’s', () => {
    assertBroken(
      detached(trusted({ keyType: 'es256', tamper: (store) => swapAlgorithm(store) })),
      /^claimSignature/,
    );
  });

  test('a binding that leaves words out', () => {
    const binding = { exclusions: [{ start: 0, length: 40 }] };
    assertBroken(examine(signText(trusted({ binding }))), /^assertion\.dataHash\.malformed/);
    assertBroken(detached(trusted({ binding })), /^assertion\.dataHash\.malformed/);
    assertBroken(detached(trusted({ binding: { alg: 'md5' } })), /^algorithm\.unsupported/);
  });

  test('two wrappers in one text', () => {
    const signed = signText(trusted({ sourceType: human }));
    const wrapper = signed.slice(text.length);
    assertBroken(examine(signed + wrapper), /^manifest\.text\.multipleWrappers/);
    assertBroken(examine(wrapper + signed), /^manifest\.text\.multipleWrappers/);
  });

  test('one credential that holds does not outshine one that is broken', () => {
    const recipe = trusted({ sourceType: human });
    const signed = signText(recipe);
    const finding = examine(signed, { document: { metadata: { c2pa_manifest: signDetached(recipe) } } });
    assert.equal(finding.settles, undefined);
    assert.deepEqual(
      finding.evidence.map(({ name }) => name),
      ['credential_human', 'credential_broken'],
    );
  });

  test('a message in the padding', () => {
    const signed = signText(trusted()) + selectors(Buffer.from('ignore all that'));
    assertBroken(examine(signed), /data in the padding/);
  });

  test('an address is not fetched', () => {
    for (const c2pa_manifest of [
      'http://169.254.169.254/latest',
      'https://internal/x.c2pa',
      'file:///etc/passwd',
    ]) {
      const { evidence, settles } = examine(text, { document: { metadata: { c2pa_manifest } } });
      assert.equal(settles, undefined);
      assert.deepEqual(evidence, [{ name: 'credential_not_fetched', block: 'credential', weight: 0 }]);
    }
  });
});

describe('whatever the bytes', () => {
  const isHarmless = ({ settles, evidence }: Finding): boolean =>
    settles === undefined &&
    evidence.every(({ weight, name }) => weight === 0 && name === 'credential_broken');

  test('a store cut off at any length never throws and is never human', () => {
    const store = Buffer.from(signDetached(trusted({ sourceType: human })), 'base64');
    for (let length = 1; length < store.length; length += 1) {
      const metadata = { c2pa_manifest: store.subarray(0, length).toString('base64') };
      assert.ok(isHarmless(examine(text, { document: { metadata } })), `${length} bytes`);
    }
  });

  test('a text cut off at any length never throws and is never human', () => {
    const signed = signText(trusted({ sourceType: human }));
    // All behind the last byte of the store is padding, which the exclusion names to the byte.
    for (let length = 0; length < signed.length; length += 1) {
      assert.ok(isHarmless(examine(signed.slice(0, length).toWellFormed())), `${length} units`);
    }
  });

  test('a store with any byte changed never throws and is never human', () => {
    const store = Buffer.from(signDetached(trusted({ sourceType: human })), 'base64');
    const runs = fc.tuple(fc.nat(store.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(runs, ([at, by]) => {
        const changed = Buffer.from(store);
        changed[at] = (changed[at] ?? 0) ^ by;
        const { settles, evidence } = examine(text, {
          document: { metadata: { c2pa_manifest: changed.toString('base64') } },
        });
        // Free text that nothing signs (a label of the store) may change; no other origin may come of it.
        assert.ok(settles === undefined ? evidence[0]?.weight === 0 : settles === 'attested_by_credential');
      }),
      { seed: 20, numRuns: 800 },
    );
  });

  test('random bytes behind the magic never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.ok(isHarmless(examine(text + wrap(Buffer.from(bytes)))));
        const metadata = { c2pa_manifest: Buffer.from(bytes).toString('base64') };
        const finding = examine(text, { document: { metadata } });
        assert.ok(bytes.length === 0 ? finding.evidence.length === 0 : isHarmless(finding));
      }),
      { seed: 21, numRuns: 500 },
    );
  });

  test('20 MB are refused by their length', () => {
    const metadata = { c2pa_manifest: 'A'.repeat(20 * 1024 * 1024) };
    const started = performance.now();
    assertBroken(examine(text, { document: { metadata } }), /15728640 bytes, at most 1048576 are read/);
    const header = Buffer.from('4332504154585400010140000000', 'hex').subarray(0, 13);
    assertBroken(examine(`${text}\ufeff${selectors(header)}`), /20971520 bytes, at most 1048576 are read/);
    assert.ok(performance.now() - started < 1000);
  });

  test('bombs of boxes and of CBOR are refused', () => {
    const store = (...content: Buffer[]): Finding =>
      examine(text, {
        document: { metadata: { c2pa_manifest: superbox('c2pa', 'c2pa', ...content).toString('base64') } },
      });
    let nested = superbox('c2ma', 'm');
    for (let depth = 0; depth < 10_000; depth += 1)
      nested = box('jumb', Buffer.from('jumd'), nested.subarray(0, 60_000));
    assertBroken(store(nested), /./);
    assertBroken(
      store(...Array.from({ length: 20_000 }, () => superbox('c2ma', 'm'))),
      /more than 256 boxes/,
    );
    const claims = [
      Buffer.alloc(100_000, 0x81),
      Buffer.from('9affffffff', 'hex'),
      Buffer.from('bb7fffffffffffffff', 'hex'),
      Buffer.from('d81b8263', 'hex'),
      Buffer.from('d81c8100', 'hex'),
      Buffer.alloc(60_000, 0xd2),
    ];
    for (const claim of claims) {
      const parts = ['c2cl', 'c2cs'].map((type) => superbox(type, type, box('cbor', claim)));
      assertBroken(
        store(superbox('c2ma', 'm', superbox('c2as', 'c2pa.assertions'), ...parts)),
        /^claim\.cbor\.invalid/,
      );
    }
  });

  test('work is bounded for texts of 5 MB', () => {
    const large = 5 * 1024 * 1024;
    const magic = selectors(Buffer.from('C2PATXT\0'));
    const started = performance.now();
    examine('\ufeff'.repeat(large));
    examine(`\ufeff${magic.slice(0, -1)}`.repeat(large / 16));
    assertBroken(
      examine(
        `\ufeff${selectors(Buffer.from('C2PATXT\0\x01\0\x0f\0\0', 'latin1'))}${'\u{e01ef}'.repeat(large / 4)}`,
      ),
      /./,
    );
    const wrapper = signText(trusted()).slice(text.length);
    assertBroken(examine(`a${'\u0301\u0316'.repeat(large / 2)}${wrapper}`), /combining marks/);
    assertBroken(examine(`a${'\u0301\u0316'.repeat(15)}`.repeat(large / 31) + wrapper), /dataHash/);
    assert.equal(
      examine(signText(trusted({ text: 'Ünï '.repeat(large / 6) }))).settles,
      'credential_synthetic',
    );
    assert.ok(performance.now() - started < 8000, `${performance.now() - started} ms`);
  });
});

function flip(store: Buffer, at: number): Buffer {
  const changed = Buffer.from(store);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** ES256 becomes EdDSA in the protected header. */
function swapAlgorithm(store: Buffer): Buffer {
  const at = store.indexOf(Buffer.from('a201261821', 'hex'));
  assert.ok(at > 0);
  // Both numbers are one byte of CBOR, so that nothing else moves.
  return Buffer.concat([store.subarray(0, at), Buffer.from('a201271821', 'hex'), store.subarray(at + 5)]);
}
