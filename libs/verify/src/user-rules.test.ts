import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measuredRules, pipelineSchema } from '@ballast/document';
import type { Check } from '@ballast/document';
import { memoryIndex } from './dedup/first-seen.ts';
import { examine } from './heuristics/examine.ts';
import { presets } from './heuristics/preset.ts';
import { record } from './record.fixture.ts';
import type { Made } from './record.fixture.ts';
import { seededTexts } from './seeded-texts.ts';
import { verify } from './verify.ts';

const usual: Made = { text: 'A short text.', source: 'forum' };
const forum = { name: 'no_forum', when: 'source == "forum"', action: 'reject' };

/** Action, reason and the user's rules that apply, of one document under these rules. */
async function judged(rules: readonly object[], made: Partial<Made>, over: object = {}): Promise<string> {
  const { verify: pipeline } = pipelineSchema.parse({ verify: { action: 'annotate', rules, ...over } });
  const stage = verify({
    pipeline,
    index: await memoryIndex({ table: 't' }),
    sandbox: undefined,
    trustOf: () => new Set(['check']),
  });
  const [verdict] = await stage.process([record(0, { ...usual, ...made })], new AbortController().signal);
  assert.ok(verdict !== undefined && 'failed' in verdict);
  const matched = verdict.failed.filter((rule) => rule.startsWith('rule.'));
  return [verdict.action, verdict.reason, ...matched].join(' ');
}

describe('rules of the user', () => {
  test('refuse what they apply to, by their name, and nothing else', async () => {
    assert.equal(await judged([forum], {}), 'reject rule.no_forum rule.no_forum');
    assert.equal(await judged([forum], { source: 'press' }), 'keep ok');
  });

  test('only note what they are asked to note, whatever the preset does', async () => {
    const noted = { ...forum, action: 'annotate' };
    assert.equal(await judged([noted], {}), 'keep ok rule.no_forum');
    assert.equal(
      await judged([noted], {}, { action: 'enforce', preset: 'c4-tfds' }),
      'reject too_few_sentences rule.no_forum',
    );
  });

  test('never refuse attested human text: the verdict names them', async () => {
    assert.equal(await judged([forum], { pool: 'anchor' }), 'keep ok rule.no_forum');
  });

  test('see what the filters measured, how the check went and what the detector said', async () => {
    const rules = [
      {
        name: 'short',
        when: 'ratios.gopher_short_doc < 50 and "gopher_short_doc" in failed',
        action: 'annotate',
      },
      { name: 'wrong', when: 'check == "fail"', action: 'annotate' },
      { name: 'likely', when: 'p >= 0.4 and pUpper < 0.6 and pool == "uncertain"', action: 'reject' },
    ];
    assert.equal(await judged(rules, {}), 'reject rule.likely rule.short rule.likely');
    const check: Check = { kind: 'math', answer: '4' };
    assert.equal(
      await judged(rules, { text: '\\boxed{5}', check }),
      'reject check_failed rule.short rule.wrong rule.likely',
    );
  });

  test('the first that refuses gives the reason', async () => {
    const second = { name: 'second', when: 'not verified', action: 'reject' };
    assert.equal(await judged([forum, second], {}), 'reject rule.no_forum rule.no_forum rule.second');
    assert.equal(await judged([second, forum], {}), 'reject rule.second rule.second rule.no_forum');
  });

  test('a rule that is none stops the configuration, with its place in the rule', () => {
    const faulty = pipelineSchema.safeParse({ verify: { rules: [{ ...forum, when: 'sorce == "x"' }] } });
    assert.deepEqual(faulty.error?.issues[0]?.path, ['verify', 'rules', 0, 'when']);
    assert.match(faulty.error?.issues[0]?.message ?? '', /no field "sorce".*\(character 1\)/u);
    const twice = pipelineSchema.safeParse({ verify: { rules: [forum, forum] } });
    assert.deepEqual(twice.error?.issues[0]?.path, ['verify', 'rules', 1, 'name']);
  });

  test('may ask for every value that a filter of any preset measures, and for no other', () => {
    const measured = new Set<string>();
    for (const preset of Object.values(presets)) {
      for (const text of seededTexts(3, 90))
        for (const rule of Object.keys(examine(text, preset).ratios)) measured.add(rule);
    }
    assert.deepEqual([...measured].toSorted(), [...measuredRules].toSorted());
  });
});
