import { loadPipeline, visible } from '@ballast/host';
import type { Command } from '../command.ts';
import { runRuleTests } from '../verify/run-rule-tests.ts';
import type { RuleTestResult } from '../verify/run-rule-tests.ts';

const args = {
  config: { type: 'string', valueHint: 'FILE', description: 'pipeline.yaml; default: pipeline.yaml here' },
  json: { type: 'boolean', description: 'Print every result with its verdict as JSON' },
} as const;

/** `ballast test`: runs the tests that pipeline.yaml holds for its rules; exit 0 all hold, 1 one does not. */
export const test: Command = {
  meta: {
    name: 'test',
    description: 'Run the tests of pipeline.yaml (verify.tests) against its quality rules and your own.',
  },
  args,
  run: async (flags) => {
    const results = await runRuleTests(loadPipeline(flags.text('config') ?? 'pipeline.yaml'));
    const failures = results.filter(({ problems }) => problems.length > 0);
    process.stdout.write(
      flags.on('json')
        ? `${JSON.stringify({ schemaVersion: 1, holds: failures.length === 0, results }, undefined, 2)}\n`
        : visible(render(results, failures.length)),
    );
    return failures.length === 0 ? 0 : 1;
  },
};

function render(results: readonly RuleTestResult[], failures: number): string {
  const lines = results.map(({ name, problems, verdict }) =>
    problems.length === 0
      ? `holds  ${name}`
      : `FAILS  ${name}: ${problems.join('; ')} (verdict: ${verdict.action} ${verdict.reason})`,
  );
  const summary =
    results.length === 0
      ? 'the configuration has no tests: write some under verify.tests'
      : `${results.length - failures} of ${results.length} tests hold`;
  return [...lines, summary, ''].join('\n');
}
