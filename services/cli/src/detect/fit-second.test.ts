import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SecondFit } from '@ballast/detect/train';
import { detect } from '../commands/detect.ts';
import { readFlags } from '../flags.ts';
import { renderFit } from './fit-second.ts';

const rates = (value: number): SecondFit['both'] => ({
  human: 200,
  synthetic: 300,
  auroc: { value, low: value - 0.01, high: value + 0.01 },
  tprAt1: { value: 0.5, low: 0.4, high: 0.6 },
  tprAt5: { value: 0.7, low: 0.6, high: 0.8 },
  ece: 0.031,
});

const fit = (first: number, both: number, domains: SecondFit['sidecar']['domains'] = []): SecondFit => ({
  sidecar: {
    sha256: '0'.repeat(64),
    temperature: 1,
    maxTokens: 512,
    languages: ['en'],
    share: 0.5,
    platt: [{ maxLength: null, a: 1, b: 0 }],
    domains,
  },
  judged: { human: 200, synthetic: 300 },
  asked: { human: 120, synthetic: 110 },
  unanswered: 3,
  unused: { malformed: 2, language: 0, short: 7, excluded: 0 },
  folds: 'domain',
  first: rates(first),
  both: rates(both),
});

describe('detect fit-second', () => {
  test('shows what both models are worth together, what was left out and where the file went', () => {
    const text = renderFit(fit(0.91, 0.95, [{ domain: 'a', human: [], machine: [] }]), 'm/detector.json');
    for (const part of [
      'judged 200 human and 300 synthetic rows; not used: 2 malformed, 7 short',
      '120 human and 110 synthetic; 3 without an answer',
      'first model alone  0.910 / 0.500 / 0.700 / 0.031',
      'both together      0.950 / 0.500 / 0.700 / 0.031',
      'written to m/detector.json',
    ])
      assert.ok(text.includes(part), part);
    assert.doesNotMatch(text, /does not help|stays empty|excluded/);
  });

  test('says so when the second model does not help, and when no domain is large enough', () => {
    const text = renderFit(fit(0.95, 0.94), undefined);
    assert.match(text, /does not help on these rows/);
    assert.match(text, /`domains` stays empty/);
    assert.doesNotMatch(text, /written to/);
  });

  test('without input, without a classifier or under another name it is a mistake in the command', async () => {
    for (const words of [['fit-second'], ['fit-second', '--input', 'x.jsonl'], ['fit'], []]) {
      await assert.rejects(async () => await detect.run(readFlags(words, detect.args)), {
        code: 'BALLAST_CLI_USAGE',
        exit: 2,
      });
    }
  });
});
