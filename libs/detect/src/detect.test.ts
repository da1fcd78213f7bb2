import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { detectVerdictSchema, pipelineSchema } from '@ballast/document';
import type { DetectJudgement, DetectVerdict, Document, Trust } from '@ballast/document';
import type { Record } from '@ballast/stage';
import { stageConformance } from '@ballast/stage/conform';
import { detect, documentsPerLook } from './detect.ts';
import type { DetectOptions } from './detect.ts';
import type { Canary } from './calibrate/canaries.ts';
import { seeded } from './calibrate/random.ts';
import { MapStore, optionsOf, prose, rawRecord, readingScorer } from './fixtures.ts';
import { reportCalibration } from './calibrate/report.ts';
import { survey } from './survey.ts';

const signal = AbortSignal.timeout(60_000);

/** A document whose llr is that of AUROC .97, so that a couple of hundred canaries calibrate well. */
function drawn(synthetic: boolean, number: number, seed = 'web'): string {
  const distance = 2.66;
  const x = seeded(`${seed}/${synthetic}/${number}`).normal() + (synthetic ? distance : 0);
  return prose(distance * x - distance ** 2 / 2, number);
}

const canaries: readonly Canary[] = Array.from({ length: 400 }, (_, n) => ({
  text: drawn(n % 2 === 1, n, 'canary'),
  source: 'web',
  label: n % 2 === 1 ? 'synthetic' : 'human',
}));

/** Arrivals of which every n-th is synthetic. */
const stream = (count: number, every: number, from = 0): readonly Record[] =>
  Array.from({ length: count }, (_, n) => rawRecord(from + n, { text: drawn(n % every === 0, from + n) }));

async function judgeAll(
  records: readonly Record[],
  change: Partial<DetectOptions> = {},
): Promise<readonly DetectVerdict[]> {
  return await detect(optionsOf(change)).process(records, signal);
}

async function judgeOne(
  document: Partial<Document> & { readonly text: string },
  change: Partial<DetectOptions> = {},
): Promise<DetectJudgement> {
  const [verdict] = await judgeAll([rawRecord(0, document)], change);
  assert.ok(verdict?.action === 'keep', `not kept: ${verdict?.reason}`);
  return verdict;
}

async function surveyed(
  arrivals: readonly Record[],
  change: Partial<DetectOptions> = {},
): Promise<DetectOptions> {
  const options = optionsOf({ canaries, ...change });
  await survey({
    ...options,
    arrivals: (async function* () {
      yield* arrivals;
    })(),
  });
  return options;
}

const trusting = (...trusted: Trust[]) => ({ trustOf: () => new Set(trusted) });
const sources = (...entries: object[]) => pipelineSchema.parse({ sources: entries }).sources;

stageConformance('detect', {
  records: () => [
    ...stream(30, 4),
    rawRecord(30, { text: '' }),
    rawRecord(31, { text: '   \u200b ' }),
    rawRecord(32, { text: 'x'.repeat(100_000) }),
    rawRecord(33, { text: 'for (let i = 0; i < n; i++) { a[i] = b[i] * (c[i] + 1); }\n'.repeat(5) }),
    rawRecord(34, { text: 'Это русский текст, который модель не может судить. '.repeat(6) }),
    rawRecord(35, { text: prose(0), declared: { origin: 'synthetic' } }),
    rawRecord(36, { text: prose(0), source: 'kept' }),
    rawRecord(37, { text: prose(0).replace('llrp0', 'llrnone') }),
    ...stream(30, 3, 40),
  ],
  open: async () => ({
    stage: detect(
      optionsOf({ canaries, sources: sources({ match: 'kept', trust: 'human' }), ...trusting('source') }),
    ),
  }),
});

describe('attestation and declaration', () => {
  test('an attested document is anchor, without score, interval or calibration error', async () => {
    const scorer = readingScorer();
    const verdict = await judgeOne(
      { text: prose(9), source: 'archive' },
      { scorer, sources: sources({ match: 'archive', trust: 'human' }), ...trusting('source') },
    );
    const { pool, band, p, pUpper, eps, basis, llr, reason } = verdict;
    assert.deepEqual(
      { pool, band, p, pUpper, eps, basis, llr, reason },
      {
        pool: 'anchor',
        band: 'p10',
        p: 0,
        pUpper: 0,
        eps: 0,
        basis: 'attested',
        llr: undefined,
        reason: 'attested_by_source',
      },
    );
    assert.deepEqual(scorer.calls, []);
  });

  test('the same document from an ingest that is trusted with nothing is judged by its text', async () => {
    const verdict = await judgeOne(
      { text: prose(9), source: 'archive' },
      { sources: sources({ match: 'archive', trust: 'human' }) },
    );
    assert.equal(verdict.basis, 'model');
    assert.notEqual(verdict.pool, 'anchor');
  });

  test('nothing that the text or its score says makes an anchor', async () => {
    for (const text of [prose(-12), 'short', drawn(false, 1)]) {
      const { pool } = await judgeOne(
        { text, declared: { origin: 'human' }, captured: '2001-01-01', created: '2001-01-01' },
        { canaries },
      );
      assert.notEqual(pool, 'anchor');
    }
  });

  test('a declared document is synthetic with p = 1, also against attestation', async () => {
    const verdict = await judgeOne(
      { text: prose(-9), captured: '2020-01-01', metadata: { digitalSourceType: 'trainedAlgorithmicMedia' } },
      trusting('captured', 'source'),
    );
    assert.deepEqual([verdict.pool, verdict.band, verdict.p, verdict.eps], ['synthetic', 'p100', 1, 0]);
  });

  test('trust is asked of the ingest topic of the document', async () => {
    const asked: string[] = [];
    await judgeAll([rawRecord(0, { text: 'a' })], { trustOf: (topic) => (asked.push(topic), new Set()) });
    assert.deepEqual(asked, ['documents.raw']);
  });
});

describe('text that the model judges', () => {
  test('the first documents of an unknown source are not judged blind into the human pool', async () => {
    const { pool, pUpper } = await judgeOne({ text: prose(-3) }, { canaries });
    assert.equal(pool, 'uncertain');
    assert.ok(pUpper > 0.1);
  });

  test('after a survey humans of a mostly human source are presumed human, machine text is not', async () => {
    const options = await surveyed(stream(1_500, 10));
    const verdicts = await detect(options).process(
      [rawRecord(0, { text: prose(-4) }), rawRecord(1, { text: prose(6) })],
      signal,
    );
    assert.deepEqual(
      verdicts.map(
        (verdict) => verdict.action === 'keep' && [verdict.pool, verdict.band, verdict.calibrated],
      ),
      [
        ['presumed', 'p10', true],
        ['synthetic', 'p100', true],
      ],
    );
  });

  test('an uncalibrated family presumes nothing: its human band waits with p30', async () => {
    const options = await surveyed(stream(1_500, 10), {
      canaries: [],
      scorer: { ...readingScorer(), card: { ...readingScorer().card, domains: [] } },
    });
    const [verdict] = await detect(options).process([rawRecord(0, { text: prose(-8) })], signal);
    assert.ok(verdict?.action === 'keep');
    assert.deepEqual(
      [verdict.pool, verdict.band, verdict.reason, verdict.calibrated],
      ['uncertain', 'p30', 'source_not_calibrated', false],
    );
    assert.ok(verdict.p + verdict.eps > 0.99);
  });

  test('pUpper is never below p, nor below what a share of 0.05 gives', async () => {
    const options = await surveyed(stream(3_000, 1_000_000));
    const [verdict] = await detect(options).process([rawRecord(0, { text: prose(0) })], signal);
    assert.ok(verdict?.action === 'keep');
    const floor = 0.05;
    const corrected = verdict.llr ?? 0;
    assert.ok(verdict.pUpper >= 1 / (1 + Math.exp(-corrected) * ((1 - floor) / floor)) - 1e-9);
  });

  test('what a model changed is more suspect than the same text without that word', async () => {
    const plain = await judgeOne({ text: prose(0) }, { canaries });
    const altered = await judgeOne(
      { text: prose(0), metadata: { 'ai-disclosure': 'mode=ai-modified' } },
      { canaries },
    );
    assert.ok(altered.p > plain.p);
  });

  test('a score that is no number defers the document', async () => {
    const [verdict] = await judgeAll([rawRecord(0, { text: prose(0).replace('llrp0', 'llrnone') })]);
    assert.deepEqual([verdict?.action, verdict?.reason], ['defer', 'model_gave_no_score']);
  });
});

describe('text that cannot be judged (P21)', () => {
  const short = { text: 'Thanks, see you there.' };
  const russian = 'Это русский текст, который модель не может судить. '.repeat(6);

  test('names the language it saw, whatever the document says of its own', async () => {
    const [foreign, claimed, english, declared] = await judgeAll([
      rawRecord(0, { text: russian }),
      rawRecord(1, { text: russian, lang: 'en' }),
      rawRecord(2, { text: prose(0), lang: 'ru' }),
      rawRecord(3, { text: prose(0), declared: { origin: 'synthetic' } }),
    ]);
    assert.partialDeepStrictEqual(foreign, {
      reason: 'language_not_supported',
      language: 'ru',
      languageScore: 1,
    });
    assert.deepEqual(claimed, foreign);
    assert.partialDeepStrictEqual(english, { basis: 'model', language: 'en', languageScore: 1 });
    assert.ok(declared !== undefined && !('language' in declared));
  });

  test('is uncertain with everything possible, and is not scored', async () => {
    const scorer = readingScorer();
    const { pool, p, pUpper, eps, basis, reason } = await judgeOne(short, { scorer });
    assert.deepEqual(
      { pool, p, pUpper, eps, basis, reason },
      { pool: 'uncertain', p: 0.5, pUpper: 1, eps: 0.5, basis: 'prevalence', reason: 'too_short_to_judge' },
    );
    assert.deepEqual(scorer.calls, []);
  });

  test('a source cannot earn trust with long human text and then flood short ones', async () => {
    const options = await surveyed(stream(2_000, 1_000_000));
    const [verdict] = await detect(options).process([rawRecord(0, short)], signal);
    assert.ok(verdict?.action === 'keep' && verdict.pool === 'uncertain' && verdict.pUpper === 1);
  });

  test('takes the registry’s prior for its source, or canaries of its kind', async () => {
    const prior = await judgeOne(short, { sources: sources({ match: 'web', prior: 0.2 }) });
    assert.ok(Math.abs(prior.p - 0.2) < 1e-9 && prior.eps > 0.2);
    const human = Array.from({ length: 60 }, (_, n): Canary => ({
      text: `short ${n}`,
      source: 'web',
      label: 'human',
    }));
    const known = await judgeOne(short, { canaries: human });
    assert.deepEqual([known.pool, known.band, known.calibrated], ['presumed', 'p10', true]);
    assert.equal((await judgeOne({ text: 'Это другой вид. '.repeat(20) }, { canaries: human })).p, 0.5);
  });
});

describe('snapshots (P7)', () => {
  test('a verdict names published ones, and eps is that of the snapshot named', async () => {
    const options = await surveyed(stream(1_500, 5));
    const store = options.store;
    const [verdict] = await detect(options).process([rawRecord(0, { text: prose(-1) })], signal);
    assert.ok(verdict?.action === 'keep' && store instanceof MapStore);
    assert.equal(verdict.snapshots.model, options.scorer.id);
    assert.ok(store.versions.get('calibration')?.[Number(verdict.snapshots.calibration) - 1] !== undefined);
    const named = JSON.stringify(
      store.versions.get('prevalence')?.[Number(verdict.snapshots.prevalence) - 1],
    );
    assert.ok(named.includes(`"eps":${verdict.eps}`), `eps ${verdict.eps} is not in ${named}`);
    assert.doesNotThrow(() => detectVerdictSchema.parse(verdict));
  });

  test('batch cuts change nothing over several looks at the shares, in one partition', async () => {
    const records = stream(documentsPerLook * 3, 3);
    const cut = async (size: number): Promise<readonly DetectVerdict[]> => {
      const stage = detect(optionsOf({ canaries }));
      const verdicts: DetectVerdict[] = [];
      for (let start = 0; start < records.length; start += size) {
        verdicts.push(...(await stage.process(records.slice(start, start + size), signal)));
      }
      return verdicts;
    };
    const whole = await cut(records.length);
    assert.deepEqual(await cut(100), whole);
    assert.deepEqual(await cut(512), whole);
    const versions = new Set(
      whole.map((verdict) => (verdict.action === 'keep' ? verdict.snapshots.prevalence : '')),
    );
    assert.ok(versions.size > 1, 'the shares were never looked at');
  });

  test('a restart from state and store goes on with the same verdicts', async () => {
    const records = stream(documentsPerLook * 2 + 100, 4);
    const input = { topic: 'documents.raw', partition: 0 };
    const straight = await judgeAll(records, { canaries });
    const store = new MapStore();
    const first = detect(optionsOf({ canaries, store }));
    const cut = documentsPerLook + 37;
    const before = await first.process(records.slice(0, cut), signal);
    const second = detect(optionsOf({ canaries, store }));
    second.state?.restore(input, JSON.parse(JSON.stringify(first.state?.snapshot(input))));
    assert.deepEqual([...before, ...(await second.process(records.slice(cut), signal))], straight);
  });

  test('a flood moves the pool within a few hundred documents', async () => {
    const options = await surveyed(stream(2_000, 50));
    const stage = detect(options);
    await stage.process(stream(2_048, 50), signal);
    const probe = rawRecord(90_000, { text: prose(-2) });
    const [calm] = await stage.process([probe], signal);
    await stage.process(stream(1_024, 1, 5_000), signal);
    const [flooded] = await stage.process([probe], signal);
    assert.ok(calm?.action === 'keep' && flooded?.action === 'keep');
    assert.ok(flooded.pUpper > 2 * calm.pUpper, `${calm.pUpper} to ${flooded.pUpper}`);
  });

  test('a batch that failed halfway and is tried again counts once', async () => {
    const store = new MapStore();
    let failures = 1;
    const publish = store.publish.bind(store);
    store.publish = async (name, value) => {
      if (name.startsWith('prevalence/windows/') && failures-- > 0) throw new Error('the store is away');
      return await publish(name, value);
    };
    const stage = detect(optionsOf({ canaries, store }));
    const records = stream(documentsPerLook + 10, 4);
    await assert.rejects(stage.process(records, signal), /away/);
    assert.deepEqual(await stage.process(records, signal), await judgeAll(records, { canaries }));
  });

  test('state or snapshot of another version is refused by name, not misread', async () => {
    const stage = detect(optionsOf());
    assert.throws(() => stage.state?.restore({ topic: 't', partition: 0 }, { documents: -1 }), {
      code: 'BALLAST_DETECT_SNAPSHOT',
    });
    const store = new MapStore();
    await store.publish('calibration', { key: 1 });
    await assert.rejects(judgeAll(stream(1, 2), { store }), { code: 'BALLAST_DETECT_SNAPSHOT' });
  });

  test('a cutoff that is no date stops the start', () => {
    const pipeline = { ...optionsOf().pipeline, cutoff: 'soon' };
    assert.throws(() => detect(optionsOf({ pipeline })), { code: 'BALLAST_DETECT_CUTOFF', exit: 78 });
  });
});

describe('canaries that change while the detector runs', () => {
  const records = stream(documentsPerLook * 2 + 10, 4);
  const few = canaries.slice(0, 20);

  test('are scored at the next look, and from there on verdicts name the new calibration', async () => {
    const given = [undefined, canaries];
    const states: string[] = [];
    const options = optionsOf({
      canaries: few,
      renewCanaries: async () => given.shift(),
      onEstimates: ({ families, snapshots }) =>
        states.push(`${snapshots.calibration}: ${families.map((one) => one.canaries.human).join()}`),
    });
    const verdicts = await detect(options).process(records, signal);
    const calibrations = verdicts.map((one) => (one.action === 'keep' ? one.snapshots.calibration : ''));
    assert.deepEqual(
      calibrations,
      records.map((_, n) => (n < documentsPerLook * 2 ? '1' : '2')),
    );
    assert.equal(states[0], '1: 10');
    assert.equal(states.at(-1), '2: 200');

    // The published snapshots alone decide: a detector that starts with the new canaries says the same.
    const [last] = records.slice(-1);
    assert.ok(last !== undefined);
    const anew = await detect({ ...options, canaries }).process([last], signal);
    assert.deepEqual(anew, verdicts.slice(-1));
  });

  test('change nothing about a batch that failed before they could be scored', async () => {
    const given = [canaries];
    const store = new MapStore();
    const read = store.read.bind(store);
    let failures = 1;
    store.read = async (name) => {
      if (name === 'calibration' && given.length === 0 && failures > 0) {
        failures -= 1;
        throw new Error('the store is away');
      }
      return await read(name);
    };
    const stage = detect(optionsOf({ canaries: few, store, renewCanaries: async () => given.shift() }));
    await assert.rejects(stage.process(records, signal), /the store is away/);
    const verdicts = await stage.process(records, signal);
    assert.ok(verdicts.every((one) => one.action === 'keep' && one.snapshots.calibration === '2'));
  });
});

describe('survey and report', () => {
  test('a survey leaves out what is attested, declared or cannot be judged, and stops at its limit', async () => {
    const options = optionsOf({ canaries });
    const arrivals = async function* () {
      yield rawRecord(0, { text: 'short' });
      yield rawRecord(1, { text: prose(0), declared: { origin: 'synthetic' } });
      yield* stream(5_000, 4, 2);
    };
    assert.equal(await survey({ ...options, arrivals: arrivals() }), 2_000 - 1);
    assert.equal(await survey({ ...options, arrivals: arrivals(), limit: 300 }), 300);
  });

  test('the report says what is calibrated, from what, and why not', async () => {
    const mixed = [
      ...stream(1_200, 8),
      ...stream(1_200, 8, 5_000).map((record) => ({
        ...record,
        document: { ...record.document, source: 'other' },
      })),
    ];
    const { store } = await surveyed(mixed, {
      scorer: { ...readingScorer(), card: { ...readingScorer().card, domains: [] } },
    });
    const report = await reportCalibration(store);
    assert.deepEqual(
      report.map(({ family, because, basis }) => [family, because, basis]),
      [
        ['other', 'no_bound_known', 'none'],
        ['web', undefined, 'canaries'],
      ],
    );
    const web = report[1];
    assert.ok(web !== undefined);
    assert.deepEqual(web.canaries, { human: 200, synthetic: 200 });
    assert.ok(web.shareLower < 0.125 && web.shareUpper > 0.125 && web.humanBandUpper < 0.16);
    assert.ok(web.truePositives !== undefined && web.truePositives.low > 0.85 && web.truePositives.high < 1);
    assert.ok(web.falsePositives !== undefined && web.falsePositives.high < 0.6);
  });
});
