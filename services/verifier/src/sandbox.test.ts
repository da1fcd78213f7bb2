import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import type { openSandbox } from '@ballast/verify/sandbox';
import { openPipelineSandbox } from './sandbox.ts';

const settings = (code: 'optional' | 'required' | 'off') => pipelineSchema.parse({ verify: { code } }).verify;
const fix = 'install bubblewrap and python3';

/** A host that can confine JavaScript and not Python; says whether what was opened is closed again. */
function halfAHost() {
  const state = { closed: 0, warned: [] as unknown[] };
  const open: typeof openSandbox = async () => ({
    sandbox: {
      version: 'test',
      run: async () => ({ problem: 'no_verdict' }),
      close: async () => {
        state.closed += 1;
      },
    },
    missing: [{ available: false, languages: ['python'], reason: 'bwrap is not installed', fix }],
  });
  const logger = {
    warn: (facts: unknown) => {
      state.warned.push(facts);
    },
  };
  return { state, open, logger };
}

test('required refuses to start for one missing language, says the fix, and leaves nothing open', async () => {
  const { state, open, logger } = halfAHost();
  await assert.rejects(openPipelineSandbox(settings('required'), logger, open), {
    code: 'BALLAST_VERIFY_NO_SANDBOX',
    exit: 69,
    fix,
    message: /python cannot be run: bwrap is not installed/,
  });
  assert.equal(state.closed, 1);
});

test('optional warns with the fix and runs what it can', async () => {
  const { state, open, logger } = halfAHost();
  assert.notEqual(await openPipelineSandbox(settings('optional'), logger, open), undefined);
  assert.deepEqual(state.warned, [{ languages: ['python'], reason: 'bwrap is not installed', fix }]);
});

test('off opens nothing', async () => {
  const open = () => assert.fail('nothing is to be opened');
  assert.equal(await openPipelineSandbox(settings('off'), { warn: () => undefined }, open), undefined);
});
