import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import { runRuleTests } from './run-rule-tests.ts';

const rules = [
  { name: 'no_forum', when: 'source == "forum" and p > 0.3', action: 'reject' },
  { name: 'short', when: 'characters < 100', action: 'annotate' },
];

async function problems(document: object, expect: object): Promise<readonly string[]> {
  const pipeline = pipelineSchema.parse({
    verify: { action: 'annotate', rules, tests: [{ document: { text: 'A text.', ...document }, expect }] },
  });
  const [result] = await runRuleTests(pipeline);
  assert.ok(result !== undefined);
  return result.problems;
}

test('a test holds when the verdict says what it expects', async () => {
  const expect = { action: 'reject', reason: 'rule.no_forum', failed: ['rule.short', 'gopher_short_doc'] };
  assert.deepEqual(await problems({ source: 'forum' }, expect), []);
  assert.deepEqual(
    await problems({ source: 'forum', p: 0.1 }, { action: 'keep', passes: ['rule.no_forum'] }),
    [],
  );
  assert.deepEqual(
    await problems({ source: 'forum', pool: 'anchor' }, { action: 'keep', failed: ['rule.no_forum'] }),
    [],
  );
});

test('each thing that is otherwise is told', async () => {
  assert.deepEqual(
    await problems(
      {},
      { action: 'reject', reason: 'x', failed: ['rule.no_forum'], passes: ['rule.short'], verified: true },
    ),
    [
      'action is keep, expected reject',
      'reason is ok, expected x',
      'verified is false, expected true',
      'does not fail rule.no_forum',
      'fails rule.short',
    ],
  );
});

test('a check counts as trusted, and code is not run', async () => {
  const math = { text: '\\boxed{4}', check: { kind: 'math', answer: '4' } };
  assert.deepEqual(await problems(math, { verified: true }), []);
  const code = { check: { kind: 'code', language: 'python', tests: 'assert True' } };
  assert.deepEqual(await problems(code, { verified: false }), []);
});

test('documents of two tests are no duplicates of each other', async () => {
  const each = { document: { text: 'The same text.' }, expect: { action: 'keep' } };
  const pipeline = pipelineSchema.parse({ verify: { action: 'annotate', tests: [each, each] } });
  assert.deepEqual(
    (await runRuleTests(pipeline)).map(({ problems }) => problems),
    [[], []],
  );
});
