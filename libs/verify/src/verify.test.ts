import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pipelineSchema, verifyVerdictSchema } from '@ballast/document';
import type { Check, Pipeline, Trust, VerifyVerdict } from '@ballast/document';
import { stageConformance } from '@ballast/stage/conform';
import type { Stage } from '@ballast/stage';
import * as fc from 'fast-check';
import { memoryIndex, openFirstSeenIndex } from './dedup/first-seen.ts';
import type { FirstSeenIndex } from './dedup/first-seen.ts';
import { MemoryStorage } from './dedup/memory.ts';
import { record } from './record.fixture.ts';
import type { Made } from './record.fixture.ts';
import type { Report, Sandbox } from './truth/program.ts';
import { verify } from './verify.ts';
import type { VerifyOptions } from './verify.ts';

const live = new AbortController().signal;
const settings = (over: Partial<Pipeline['verify']> = {}): Pipeline['verify'] => ({
  ...pipelineSchema.parse({}).verify,
  ...over,
});

/** A sandbox whose programs all come to one report; `running` is how many run now, `most` how many ever did. */
function uniform(report: Report): Sandbox & { runs: number; running: number; most: number } {
  const sandbox = {
    version: 'uniform',
    runs: 0,
    running: 0,
    most: 0,
    run: async (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<Report> => {
      sandbox.runs += 1;
      sandbox.running += 1;
      sandbox.most = Math.max(sandbox.most, sandbox.running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      sandbox.running -= 1;
      signal.throwIfAborted();
      return report;
    },
    close: async () => {},
  };
  return sandbox;
}

const passing: Report = { passed: 1, total: 1, assertions: 1, failsEmpty: true, load: null };
const failing: Report = { ...passing, passed: 0 };
const code: Check = { kind: 'code', language: 'python', tests: 'assert f() == 1' };
const math: Check = { kind: 'math', answer: '4' };

interface Wiring {
  readonly identifyLanguage?: VerifyOptions['identifyLanguage'];
  readonly pipeline?: Partial<Pipeline['verify']>;
  readonly trusted?: readonly Trust[];
  readonly sandbox?: Sandbox;
  readonly index?: FirstSeenIndex;
  readonly checksAtOnce?: number;
}

async function stage(wiring: Wiring = {}): Promise<Stage<VerifyVerdict>> {
  const { trusted = [], pipeline, sandbox, index = await memoryIndex({ table: 't' }), checksAtOnce } = wiring;
  const { identifyLanguage } = wiring;
  return verify({
    pipeline: settings({ action: 'annotate', ...pipeline }),
    trustOf: () => new Set(trusted),
    index,
    sandbox,
    identifyLanguage,
    ...(checksAtOnce === undefined ? {} : { checksAtOnce }),
  });
}

/** Runs records through a fresh stage and gives `action reason` of each. */
async function judged(wiring: Wiring, ...made: readonly Made[]): Promise<string[]> {
  const verdicts = await (
    await stage(wiring)
  ).process(
    made.map((one, offset) => record(offset, one)),
    live,
  );
  return verdicts.map(({ action, reason }) => `${action} ${reason}`);
}

const prose = [
  'The harbour was quiet when the first boats came in, and nobody on the pier had slept.',
  'A woman in a green coat counted the crates twice, because the numbers in the book did not agree with what she saw.',
  'Later that morning the wind turned, and with it the mood of the men who had to go out again before the tide.',
  'They said that the old engine would hold for another season, though none of them believed it.',
  'By noon the market had filled with voices, and the smell of smoke and salt lay over the whole of the lower town.',
].join(' ');

describe('what the verifier decides', () => {
  test('good prose is kept; poor text is refused by its first failing rule, or only noted', async () => {
    assert.deepEqual(await judged({ pipeline: { action: 'enforce' } }, { text: prose }), ['keep ok']);
    const [poor] = await judged({ pipeline: { action: 'enforce' } }, { text: 'buy buy buy buy' });
    assert.match(poor ?? '', /^reject (?!ok)\w+$/);
    assert.deepEqual(await judged({}, { text: 'buy buy buy buy' }), ['keep ok']);
  });

  test('the verdict names preset, tokenizer, ratios and every failing rule', async () => {
    const [verdict] = await (await stage()).process([record(0, { text: 'buy buy buy buy' })], live);
    assert.ok(verdict !== undefined && 'preset' in verdict);
    assert.equal(verdict.preset, 'datatrove-0.10');
    assert.notEqual(verdict.tokenizer, '');
    assert.ok(verdict.failed.length > 0 && Object.keys(verdict.ratios).length > 0);
  });

  test('the verdict records the language: as the detector named it, else as the identifier does', async () => {
    const asked: string[] = [];
    const identifyLanguage = (text: string) => {
      asked.push(text);
      return text === 'bonjour' ? { label: 'fr', score: 0.9 } : undefined;
    };
    const named = record(1, { text: 'hallo' });
    const { detect } = named.verdicts;
    assert.ok(detect !== undefined && 'pool' in detect);
    const verdicts = { detect: { ...detect, language: 'de', languageScore: 0.8 } };
    const found = await (
      await stage({ identifyLanguage })
    ).process([record(0, { text: 'bonjour' }), { ...named, verdicts }, record(2, { text: '?' })], live);
    assert.partialDeepStrictEqual(found[0], { language: 'fr', languageScore: 0.9 });
    assert.partialDeepStrictEqual(found[1], { language: 'de', languageScore: 0.8 });
    assert.ok(found[2] !== undefined && !('language' in found[2]));
    assert.deepEqual(asked, ['bonjour', '?']);
  });

  test('a text without a visible character is refused by name in either mode', async () => {
    const empty: readonly Made[] = [{ text: '' }, { text: ' \n\t\u00a0' }];
    assert.deepEqual(await judged({}, ...empty), ['reject empty', 'reject empty']);
    assert.deepEqual(await judged({ pipeline: { action: 'enforce' } }, ...empty), [
      'reject empty',
      'reject empty',
    ]);
  });

  test('an anchor document is refused by nothing but another anchor copy', async () => {
    const bad: Made = { text: 'buy buy', pool: 'anchor', check: math };
    const wiring: Wiring = { pipeline: { action: 'enforce' }, trusted: ['check'] };
    assert.deepEqual(
      await judged(
        wiring,
        { text: ' ', pool: 'anchor' },
        { ...bad, text: '\\boxed{5}' },
        { ...bad, text: '\\boxed{5}' },
      ),
      ['keep ok', 'keep ok', 'reject exact_duplicate'],
    );
  });

  test('a human original that comes after its machine copy is kept, the next machine copy is not', async () => {
    assert.deepEqual(
      await judged(
        {},
        { text: prose, pool: 'synthetic', band: 'p100' },
        { text: `  ${prose}\n`, pool: 'presumed', band: 'p10' },
        { text: prose, pool: 'uncertain', band: 'p30' },
      ),
      ['keep ok', 'keep ok', 'reject exact_duplicate'],
    );
  });

  test('lanes come from the band, an uncertain document of the human band counting as p30', async () => {
    assert.deepEqual(
      await judged(
        {},
        { text: prose, band: 'p90' },
        { text: prose, band: 'p70' },
        { text: prose, band: 'p10' },
        { text: prose, band: 'p30' },
      ),
      ['keep ok', 'keep ok', 'keep ok', 'reject exact_duplicate'],
    );
  });
});

const answer = (text: string): Made => ({ text, check: math });

describe('ground truth', () => {
  test('a passed check verifies only when the ingest vouches for it', async () => {
    for (const [trusted, verified] of [
      [['check'], true],
      [['source', 'captured'], false],
      [[], false],
    ] as const) {
      const [verdict] = await (await stage({ trusted })).process([record(0, answer('\\boxed{4}'))], live);
      assert.ok(verdict !== undefined && 'verified' in verdict);
      assert.equal(verdict.verified, verified);
      assert.deepEqual(verdict.check, {
        kind: 'math',
        trusted: verified,
        outcome: 'pass',
        passed: 1,
        total: 1,
        ...(verified ? {} : { detail: 'self_tested' }),
      });
    }
  });

  test('trust is that of the ingest topic the document came by', async () => {
    const strict = verify({
      pipeline: settings({ action: 'annotate' }),
      trustOf: (topic) => new Set<Trust>(topic === 'documents.raw.good' ? ['check'] : []),
      index: await memoryIndex({ table: 't' }),
      sandbox: undefined,
    });
    const verdicts = await strict.process(
      [record(0, { ...answer('\\boxed{4}'), topic: 'documents.raw.good' }), record(1, answer('= 4'))],
      live,
    );
    assert.deepEqual(
      verdicts.map((verdict) => 'verified' in verdict && verdict.verified),
      [true, false],
    );
  });

  test('a failed check refuses when trusted, is noted when not; unknown does neither', async () => {
    const wrong = answer('\\boxed{5}');
    assert.deepEqual(await judged({ trusted: ['check'] }, wrong), ['reject check_failed']);
    assert.deepEqual(await judged({}, wrong), ['keep ok']);
    assert.deepEqual(await judged({ trusted: ['check'] }, answer('\\boxed{x}')), ['keep ok']);
  });

  test('a bogus failing check cannot keep the same text of a human out', async () => {
    const text = 'The answer is 5';
    assert.deepEqual(
      await judged({ trusted: ['check'] }, { text, check: math }, { text, pool: 'presumed' }),
      ['reject check_failed', 'keep ok'],
    );
  });

  test('a verified document is kept beside an unverified copy', async () => {
    const text = '\\boxed{4}';
    const wiring: Wiring = { trusted: ['check'] };
    assert.deepEqual(await judged(wiring, { text }, { text, check: math }, { text, check: math }, { text }), [
      'keep ok',
      'keep ok',
      'reject exact_duplicate',
      'reject exact_duplicate',
    ]);
  });

  test('code goes to the sandbox, and to nothing without one', async () => {
    const text = 'def f():\n    return 1';
    const details = async (wiring: Wiring): Promise<unknown> => {
      const [verdict] = await (await stage(wiring)).process([record(0, { text, check: code })], live);
      return verdict !== undefined && 'check' in verdict
        ? [verdict.check?.outcome, verdict.check?.detail]
        : undefined;
    };
    assert.deepEqual(await details({ sandbox: uniform(passing), trusted: ['check'] }), ['pass', undefined]);
    assert.deepEqual(await details({ sandbox: uniform(passing) }), ['pass', 'self_tested']);
    assert.deepEqual(await details({}), ['unknown', 'no_sandbox']);
    assert.deepEqual(await details({ sandbox: uniform(passing), pipeline: { code: 'off' } }), [
      'unknown',
      'code_checks_off',
    ]);
  });

  test('code that is required refuses to start without a sandbox', async () => {
    await assert.rejects(stage({ pipeline: { code: 'required' } }), {
      code: 'BALLAST_VERIFY_NO_SANDBOX',
      exit: 69,
    });
    await stage({ pipeline: { code: 'required' }, sandbox: uniform(passing) });
  });

  test('what quality refuses is not run', async () => {
    const sandbox = uniform(passing);
    await judged({ sandbox, pipeline: { action: 'enforce' } }, { text: 'x', check: code });
    assert.equal(sandbox.runs, 0);
  });

  test('checks run side by side, never more than asked for, and outcomes keep their order', async () => {
    const sandbox = uniform(failing);
    const made = Array.from({ length: 12 }, (_, n): Made =>
      n % 3 === 0 ? { text: `plain ${n}` } : { text: `def f():\n    return ${n}`, check: code },
    );
    const outcomes = await judged({ sandbox, trusted: ['check'], checksAtOnce: 3 }, ...made);
    assert.deepEqual(
      outcomes,
      made.map(({ check }) => (check === undefined ? 'keep ok' : 'reject check_failed')),
    );
    assert.equal(sandbox.most, 3);
  });

  test('abort ends the batch with its reason and stores nothing', async () => {
    const storage = new MemoryStorage();
    const index = await openFirstSeenIndex(storage, { table: 't' });
    const controller = new AbortController();
    const verifier = await stage({ sandbox: uniform(passing), index });
    const work = verifier.process([record(0, { text: 'def f(): pass', check: code })], controller.signal);
    controller.abort(new Error('drain'));
    await assert.rejects(work, /drain/);
    assert.equal(storage.count('outcome'), 0);
  });
});

describe('redelivery and restart', () => {
  test('a position judged before gets its verdict again and runs nothing, whatever has changed', async () => {
    const index = await memoryIndex({ table: 't' });
    const batch = [record(0, { text: 'def f(): pass', check: code }), record(1, { text: prose })];
    const before = await (
      await stage({ index, sandbox: uniform(passing), trusted: ['check'] })
    ).process(batch, live);
    const sandbox = uniform(failing);
    const after = await stage({ index, sandbox, trusted: ['check'], pipeline: { action: 'enforce' } });
    assert.deepEqual(await after.process(batch, live), before);
    assert.equal(sandbox.runs, 0);
  });

  test('a kill between decision and ack loses nothing: the longer batch after it agrees', async () => {
    const index = await memoryIndex({ table: 't' });
    const batch = ['a', 'b', 'a', 'c', 'b'].map((text, offset) => record(offset, { text }));
    const first = await (await stage({ index })).process(batch.slice(0, 3), live);
    const again = await (await stage({ index })).process(batch, live);
    assert.deepEqual(again.slice(0, 3), first);
    assert.deepEqual(
      again.map(({ action }) => action),
      ['keep', 'keep', 'reject', 'keep', 'reject'],
    );
  });

  test('outcomes are forgotten two acks later, so that a failed last ack finds them all', async () => {
    const storage = new MemoryStorage();
    const verifier = await stage({ index: await openFirstSeenIndex(storage, { table: 't' }) });
    const input = { topic: 'documents.detected', partition: 0 };
    const kept: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const batch = [0, 1].map((n) => record(2 * round + n, { text: `text ${round} ${n}` }));
      await verifier.process(batch, live);
      verifier.state?.snapshot(input);
      kept.push(storage.count('outcome'));
    }
    assert.deepEqual(kept, [2, 4, 4, 4]);
  });

  test('a restart settles what the restored checkpoint holds, and no more', async () => {
    const index = await memoryIndex({ table: 't' });
    const input = { topic: 'documents.detected', partition: 0 };
    const before = await stage({ index });
    await before.process([record(0, { text: 'a' })], live);
    const acked = before.state?.snapshot(input);
    const [lost] = await before.process([record(1, { text: 'b' })], live);
    const after = await stage({ index });
    after.state?.restore(input, acked);
    const verdicts = await after.process([record(1, { text: 'b' }), record(2, { text: 'a' })], live);
    assert.deepEqual(verdicts[0], lost);
    assert.equal(verdicts[1]?.reason, 'exact_duplicate');
    assert.deepEqual(await index.recall([record(0, { text: 'a' }).position]), [undefined]);
  });

  test('a verifier that lost its partition gets its late documents deferred, never lost', async () => {
    const index = await memoryIndex({ table: 't' });
    await index.settle({ topic: 'documents.raw', partition: 0 }, 0n);
    assert.deepEqual(await judged({ index }, { text: 'late' }, { text: 'next' }), [
      'defer already_settled',
      'keep ok',
    ]);
  });
});

test('any text gets a verdict that survives its header', async () => {
  const verifier = await stage({ pipeline: { action: 'enforce' }, trusted: ['check'] });
  let offset = 0;
  const any = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('\n', '\u2028', '\0', '{}', '#'.repeat(500)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(any, { maxLength: 20 }), async (parts) => {
      offset += 1;
      const made = record(offset, { text: parts.join(' '), check: { kind: 'math', answer: parts[0] ?? '' } });
      const [verdict] = await verifier.process([made], live);
      assert.deepEqual(verifyVerdictSchema.parse(JSON.parse(JSON.stringify(verdict))), verdict);
    }),
    { numRuns: 300, seed: 3 },
  );
});

stageConformance('verify', {
  // The index belongs to what is published between restarts; copies lie within one batch of ten.
  open: async () => ({
    stage: await stage({ trusted: ['check'], sandbox: uniform(passing), pipeline: { action: 'enforce' } }),
  }),
  records: () =>
    Array.from({ length: 60 }, (_, offset) => {
      const group = Math.floor(offset / 10);
      const kinds: readonly Made[] = [
        { text: `${prose} ${group}` },
        { text: `${prose} ${group}`, pool: 'anchor', band: 'p10' },
        { text: `${prose} ${group}`, pool: 'synthetic', band: 'p100' },
        { text: `${prose} ${group}`, pool: 'anchor', band: 'p10' },
        { text: '' },
        { text: `buy now ${group}` },
        { text: `${prose} \\boxed{4} ${group}`, check: math },
        { text: `${prose} \\boxed{5} ${group}`, check: math },
        { text: `${prose}\n\`\`\`python\ndef f(): return ${group}\n\`\`\``, check: code },
        { text: `${prose} ${group} \u200b`, pool: 'presumed', band: 'p10' },
      ];
      return record(offset, kinds[offset % 10] ?? { text: '' });
    }),
});
