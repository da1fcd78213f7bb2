import { identifyLanguage } from '@ballast/detect/language';
import { bandOf } from '@ballast/document';
import type { DetectVerdict, Pipeline, RuleTestCase, VerifyVerdict } from '@ballast/document';
import type { Record } from '@ballast/stage';
import { memoryIndex, verify } from '@ballast/verify';

/** How one test of `verify.tests` went. */
export interface RuleTestResult {
  readonly name: string;
  /** What the verdict says otherwise than expected; empty: the test holds. */
  readonly problems: readonly string[];
  readonly verdict: VerifyVerdict;
}

/**
 * Runs every test of the configuration through a verifier of its own, so that no document is the
 * duplicate of another. Checks count as trusted; code is not run.
 */
export async function runRuleTests({ verify: pipeline }: Pipeline): Promise<readonly RuleTestResult[]> {
  const results: RuleTestResult[] = [];
  for (const [index, each] of pipeline.tests.entries()) {
    const stage = verify({
      pipeline: { ...pipeline, code: 'off' },
      index: await memoryIndex({ table: 'test' }),
      sandbox: undefined,
      identifyLanguage,
      trustOf: () => new Set(['check']),
    });
    const [verdict] = await stage.process([recordOf(each)], new AbortController().signal);
    if (verdict === undefined) throw new RangeError('runRuleTests: one document gets one verdict');
    results.push({
      name: each.name ?? `test ${index + 1}`,
      problems: problemsOf(each.expect, verdict),
      verdict,
    });
  }
  return results;
}

function recordOf({ document }: RuleTestCase): Record {
  const { pool, p, ...rest } = document;
  const position = { topic: 'documents.raw', partition: 0, offset: 0n };
  const detect: DetectVerdict = {
    stage: 'detect',
    version: 'test',
    action: 'keep',
    reason: 'ok',
    pool,
    band: bandOf(p),
    p,
    pUpper: p,
    eps: 0,
    calibrated: true,
    family: rest.source,
    basis: pool === 'anchor' ? 'attested' : 'model',
    evidence: [],
    snapshots: { model: 'none', calibration: 'none', prevalence: 'none' },
  };
  return {
    position,
    read: { ...position, topic: 'documents.detected' },
    previous: undefined,
    value: new TextEncoder().encode(JSON.stringify({ text: rest.text })),
    unreadable: undefined,
    document: { id: 'test', ...rest },
    verdicts: { detect },
  };
}

function problemsOf(expect: RuleTestCase['expect'], verdict: VerifyVerdict): readonly string[] {
  const failed = 'failed' in verdict ? verdict.failed : [];
  const verified = 'verified' in verdict && verdict.verified;
  const differs = (
    name: string,
    wanted: string | boolean | undefined,
    found: string | boolean,
  ): readonly string[] =>
    wanted === undefined || wanted === found
      ? []
      : [`${name} is ${String(found)}, expected ${String(wanted)}`];
  return [
    ...differs('action', expect.action, verdict.action),
    ...differs('reason', expect.reason, verdict.reason),
    ...differs('verified', expect.verified, verified),
    ...expect.failed.filter((rule) => !failed.includes(rule)).map((rule) => `does not fail ${rule}`),
    ...expect.passes.filter((rule) => failed.includes(rule)).map((rule) => `fails ${rule}`),
  ];
}
