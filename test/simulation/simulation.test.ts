import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { mutations } from './mutations.ts';

// The long version: npm run simulate -- --runs 200000

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const mutate = new URL('mutate.ts', import.meta.url).href;
const root = fileURLToPath(new URL('../../', import.meta.url));
/** Runs within which a missing rule must show; the slowest needs about 40. */
const runsMax = '600';

/** Runs Node on a file; the exit status and what it printed. */
async function node(
  args: readonly string[],
  mutation?: string,
): Promise<{ readonly status: number; readonly output: string }> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn(process.execPath, [...(mutation === undefined ? [] : ['--import', mutate]), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, ...(mutation === undefined ? {} : { BALLAST_MUTATION: mutation }) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output += text;
    });
  }
  const [status] = await once(child, 'close');
  return { status: typeof status === 'number' ? status : -1, output };
}

describe('the pipeline, whatever happens to it', () => {
  it('keeps every document exactly once', { timeout: 600_000 }, async () => {
    const { status, output } = await node([main, '--runs', '2000']);
    assert.equal(status, 0, output);
  });

  it('stops with an alarm when a message is lost between two stages', { timeout: 300_000 }, async () => {
    const { status, output } = await node([main, '--runs', '300', '--silent-losses']);
    assert.equal(status, 0, output);
    assert.doesNotMatch(output, / 0 stopped with an alarm/);
  });
});

describe('without a rule of the model the simulation shows a loss or a duplicate', () => {
  for (const [off, rule] of [
    ['one_writer_per_topic', 'P1: one topic, one writing stage'],
    ['pure_route', 'P2: the route reads no configuration'],
    ['stop_on_failed_send', 'P5: a writer stops at a failed send'],
    ['immutable_snapshots', 'P6: snapshots are immutable objects with a name of their own'],
    ['log_is_the_truth', "P8: for the mixer the table's log is the truth"],
  ] as const) {
    it(rule, { timeout: 300_000 }, async () => {
      const { status, output } = await node([main, '--runs', runsMax, '--until-broken', '--off', off]);
      assert.equal(status, 0, output);
    });
  }
});

describe('without a guard of the code something turns red', () => {
  for (const { name, rule, caughtBy } of mutations) {
    it(`${name}: ${rule}`, { timeout: 300_000 }, async () => {
      if (typeof caughtBy === 'string') {
        const losses = caughtBy === 'simulation' ? [] : ['--silent-losses'];
        const args = [main, '--runs', runsMax, '--until-broken', ...losses];
        const { status, output } = await node(args, name);
        assert.equal(status, 0, output);
        return;
      }
      const results = await Promise.all(caughtBy.map((file) => node([file], name)));
      assert.ok(
        results.some(({ status }) => status === 1),
        `all of ${caughtBy.join(', ')} are green without it`,
      );
    });
  }
});
