import { parseRule } from '@ballast/document';
import type { CheckOutcome, Pipeline, RuleFacts, RuleTest } from '@ballast/document';
import type { Record } from '@ballast/stage';
import type { Examination } from './heuristics/examine.ts';
import { codePoints } from './text/lines.ts';

/** The user's rules that apply to a document. */
export interface UserFindings {
  /** `rule.<name>` of every one, in their order. */
  readonly matched: readonly string[];
  /** The first that refuses. */
  readonly refusal: string | undefined;
}

/** Asks the rules of pipeline.yaml about one document that has been examined and checked. */
export type UserRules = (
  record: Record,
  examination: Examination,
  outcome: CheckOutcome | undefined,
  language: string | undefined,
) => UserFindings;

/**
 * Prepares the rules of `verify.rules`. They do not depend on `verify.action`, which is about the preset's
 * rules. Throws a RuleSyntaxError for a rule that the configuration should not have let through.
 */
export function openUserRules(rules: Pipeline['verify']['rules']): UserRules {
  if (rules.length === 0) return () => nothing;
  const prepared = rules.map(({ name, when, action }): PreparedRule => ({
    name: `rule.${name}`,
    test: parseRule(when),
    refuses: action === 'reject',
  }));
  return (record, examination, outcome, language) => {
    const facts: RuleFacts = { ...factsOf(record, examination, outcome), language };
    const matched = prepared.filter(({ test }) => test(facts));
    return {
      matched: matched.map(({ name }) => name),
      refusal: matched.find(({ refuses }) => refuses)?.name,
    };
  };
}

const nothing: UserFindings = { matched: [], refusal: undefined };

interface PreparedRule {
  readonly name: string;
  readonly test: RuleTest;
  readonly refuses: boolean;
}

function factsOf(
  { document, verdicts: { detect } }: Record,
  { ratios, failed }: Examination,
  outcome: CheckOutcome | undefined,
): Omit<RuleFacts, 'language'> {
  const { source, url, lang, labels, text } = document;
  const judged = detect !== undefined && 'pool' in detect ? detect : undefined;
  return {
    source,
    url,
    lang,
    labels,
    characters: codePoints(text),
    pool: judged?.pool,
    band: judged?.band,
    p: judged?.p,
    pUpper: judged?.pUpper,
    calibrated: judged?.calibrated,
    ratios,
    failed,
    verified: outcome?.outcome === 'pass' && outcome.trusted,
    check: outcome?.outcome,
  };
}
