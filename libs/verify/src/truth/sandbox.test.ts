import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Language } from './program.ts';
import { openSandbox } from './sandbox.ts';

const signal = new AbortController().signal;
const limits = { mode: 'apart', timeoutMs: 10_000, signal } as const;

test('one sandbox runs every language, and nothing is missing here', async () => {
  const { sandbox, missing } = await openSandbox({ lanes: 1, prove: true });
  assert.deepEqual(missing, []);
  assert.ok(sandbox !== undefined);
  const programs: readonly (readonly [Language, code: string, tests: string])[] = [
    ['python', 'def f(x):\n    return x + 1', 'assert f(1) == 2'],
    ['javascript', 'const f = (x) => x + 1', 'assert(f(1) === 2)'],
    ['typescript', 'const f = (x: number): number => x + 1', 'assert(f(1) === 2)'],
  ];
  for (const [language, code, tests] of programs) {
    assert.deepEqual(await sandbox.run({ language, code, tests }, limits), {
      passed: 1,
      total: 1,
      assertions: 1,
      failsEmpty: true,
      load: null,
    });
  }
  await sandbox.close();
});
