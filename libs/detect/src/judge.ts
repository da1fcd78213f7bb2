import type { Band, DetectJudgement, DetectVerdict, Evidence } from '@ballast/document';
import { bandIndexOf, bands } from './calibrate/bands.ts';
import { applyFit } from './calibrate/fit.ts';
import { shareOfKind } from './calibrate/kinds.ts';
import type { KindCanaries } from './calibrate/kinds.ts';
import type { FamilyEstimate } from './calibrate/values.ts';
import { fuse } from './fusion.ts';
import { isAttested } from './provenance/examine.ts';
import type { Provenance } from './provenance/examine.ts';
import type { SourceFacts } from './provenance/registry.ts';
import type { Scored } from './score.ts';

/** Version of the rules in this file; stands in every verdict. */
export const detectVersion = '1';

/** All that decides one document's verdict; equal subjects have equal verdicts. */
export interface Subject {
  readonly facts: SourceFacts;
  readonly provenance: Provenance;
  /** Absent when provenance has settled the origin. */
  readonly scored: Scored | undefined;
  readonly estimate: FamilyEstimate;
  /** Canaries of the document's family that are of its own unjudgeable kind. */
  readonly kindCanaries: KindCanaries | undefined;
}

/** Thresholds of pipeline.yaml, and the snapshots in force. */
export interface JudgeContext {
  readonly tau: number;
  readonly upper: number;
  readonly snapshots: DetectJudgement['snapshots'];
}

/** The verdict on one document. Pure. */
export function judge(subject: Subject, context: JudgeContext): DetectVerdict {
  const { settled, evidence } = subject.provenance;
  if (settled !== undefined) return settledVerdict(settled, subject, context);
  const { scored } = subject;
  if (scored?.route === 'english') {
    if (!Number.isFinite(scored.llr)) {
      const reason = scored.unanswered ?? 'model_gave_no_score';
      return { stage: 'detect', version: detectVersion, action: 'defer', reason };
    }
    return modelVerdict(scored.llr, evidence, subject, context);
  }
  return kindVerdict(scored?.route ?? 'unsupported', evidence, subject, context);
}

type Settled = NonNullable<Provenance['settled']>;

function settledVerdict(settled: Settled, subject: Subject, context: JudgeContext): DetectJudgement {
  const isHuman = isAttested(settled);
  const p = isHuman ? 0 : 1;
  return {
    ...frame(subject, context),
    reason: settled,
    pool: isHuman ? 'anchor' : 'synthetic',
    band: isHuman ? 'p10' : 'p100',
    p,
    pUpper: p,
    eps: 0,
    calibrated: true,
    basis: isHuman ? 'attested' : 'declared',
    evidence: [...subject.provenance.evidence],
  };
}

function modelVerdict(
  cardLlr: number,
  evidence: readonly Evidence[],
  subject: Subject,
  context: JudgeContext,
): DetectJudgement {
  const { estimate } = subject;
  const llr = applyFit(estimate.fit, cardLlr);
  const { p, pUpper } = fuse(llr, evidence, estimate);
  const eps = estimate.bands[bandIndexOf(pUpper, context.tau)]?.eps ?? 1;
  const { pool, band } = place(p, pUpper, estimate.calibrated, context);
  const isHeldBack = pUpper < context.tau && !estimate.calibrated;
  return {
    ...frame(subject, context),
    reason: isHeldBack ? 'source_not_calibrated' : `model_${pool}`,
    pool,
    band,
    p,
    pUpper,
    eps: Math.min(eps, 1 - p),
    calibrated: estimate.calibrated,
    basis: 'model',
    llr,
    evidence: [...evidence],
    thresholds: { tau: context.tau, upper: context.upper },
  };
}

const kindReasons = {
  short: 'too_short_to_judge',
  unsupported: 'language_not_supported',
  code: 'code_not_judged',
} as const;

function kindVerdict(
  kind: keyof typeof kindReasons,
  evidence: readonly Evidence[],
  subject: Subject,
  context: JudgeContext,
): DetectJudgement {
  const share = shareOfKind(subject.kindCanaries ?? { human: 0, synthetic: 0 }, subject.facts.prior);
  const { p, pUpper } = fuse(0, evidence, { share: share.p, shareUpper: share.pUpper });
  return {
    ...frame(subject, context),
    reason: kindReasons[kind],
    ...place(p, pUpper, share.calibrated, context),
    p,
    pUpper,
    eps: Math.min(share.eps, 1 - p),
    calibrated: share.calibrated,
    basis: 'prevalence',
    evidence: [...evidence],
    thresholds: { tau: context.tau, upper: context.upper },
  };
}

/** Pool and band. The human band is only for what may be presumed human; else its text waits with p30. */
function place(
  p: number,
  pUpper: number,
  isCalibrated: boolean,
  { tau, upper }: JudgeContext,
): { readonly pool: DetectJudgement['pool']; readonly band: Band } {
  const index = bandIndexOf(pUpper, tau);
  if (p >= upper) return { pool: 'synthetic', band: 'p100' };
  if (index === 0)
    return isCalibrated ? { pool: 'presumed', band: 'p10' } : { pool: 'uncertain', band: 'p30' };
  return { pool: 'uncertain', band: bands[index] ?? 'p100' };
}

function frame(subject: Subject, { snapshots }: JudgeContext) {
  return {
    stage: 'detect',
    version: detectVersion,
    action: 'keep',
    family: subject.facts.family,
    ...languageIn(subject.scored),
    snapshots,
  } as const;
}

function languageIn(scored: Scored | undefined) {
  if (scored?.language === undefined) return {};
  return { language: scored.language.label, languageScore: scored.language.score };
}
