import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { catchModelRule, catchMutation, modelRules, runNode } from './catching.ts';
import { mutations } from './mutations.ts';

// The long versions: npm run simulate -- --runs 200000, npm run simulate -- --rules

const main = fileURLToPath(new URL('main.ts', import.meta.url));

describe('the pipeline, whatever happens to it', () => {
  it('keeps every document exactly once', { timeout: 600_000 }, async () => {
    const { status, output } = await runNode([main, '--runs', '2000']);
    assert.equal(status, 0, output);
  });

  it('stops with an alarm when a message is lost between two stages', { timeout: 300_000 }, async () => {
    const { status, output } = await runNode([main, '--runs', '300', '--silent-losses']);
    assert.equal(status, 0, output);
    assert.doesNotMatch(output, / 0 stopped with an alarm/);
  });
});

describe('without a rule of the model the simulation shows a loss or a duplicate', () => {
  for (const [off, rule] of modelRules)
    it(rule, { timeout: 300_000 }, async () => {
      const { by, output } = await catchModelRule(off);
      assert.notEqual(by, undefined, output);
    });
});

// Each waits for processes of its own.
describe('without a guard of the code something turns red', { concurrency: 2 }, () => {
  for (const mutation of mutations)
    it(`${mutation.name}: ${mutation.rule}`, { timeout: 300_000 }, async () => {
      const { by, output } = await catchMutation(mutation);
      assert.notEqual(by, undefined, `nothing notices: ${output.slice(-4_000)}`);
    });
});
