import { availableParallelism } from 'node:os';
import { hasVisibleText } from '@ballast/document';
import type { CheckOutcome, Pipeline, Trust, VerifyJudgement, VerifyVerdict } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Record, Stage } from '@ballast/stage';
import { AckedPositions } from './acked.ts';
import type { Benchmarks } from './dedup/benchmarks.ts';
import type { Candidate } from './dedup/decide.ts';
import type { FirstSeenIndex } from './dedup/first-seen.ts';
import { likenessOf } from './dedup/likeness.ts';
import { exactSignature } from './dedup/signature.ts';
import { strengthOf } from './dedup/strength.ts';
import type { Strength } from './dedup/strength.ts';
import { verifyErrors } from './errors.ts';
import { examine } from './heuristics/examine.ts';
import type { Examination } from './heuristics/examine.ts';
import { presets } from './heuristics/preset.ts';
import type { Preset } from './heuristics/preset.ts';
import { mapInPool } from './pool.ts';
import { versionedName } from './text/tokenizers.ts';
import { checker } from './truth/check.ts';
import type { Checker } from './truth/check.ts';
import type { Sandbox } from './truth/program.ts';
import { openUserRules } from './user-rules.ts';
import type { UserRules } from './user-rules.ts';

const version = 'ballast-verify-1';

/** What the verifier is built of. */
export interface VerifyOptions {
  readonly pipeline: Pipeline['verify'];
  /** What an ingest topic is trusted to say. */
  readonly trustOf: (ingestTopic: string) => ReadonlySet<Trust>;
  /** Shared by all verifiers of one table. */
  readonly index: FirstSeenIndex;
  /** Absent on a host without one: code checks end `unknown`. */
  readonly sandbox: Sandbox | undefined;
  /** Of `verify.decontaminate`; absent: nothing counts as contaminated. */
  readonly benchmarks?: Benchmarks | undefined;
  /**
   * Names the language of a text (ISO 639-1) with the share of it that is in that language; undefined when
   * unsure. Asked where the detector has not named it; recorded, decides nothing but user rules.
   */
  readonly identifyLanguage?: ((text: string) => Language | undefined) | undefined;
  /** Checks that run at once. Default: one per core. */
  readonly checksAtOnce?: number;
}

interface Language {
  readonly label: string;
  readonly score: number;
}

/**
 * The verifier: is it good, is it true, and is it new?
 *
 * Reasons: `ok`; `empty` or the first failing quality rule (with `action: enforce`); `check_failed` for a
 * check that the ingest vouches for; `contaminated` by a benchmark; `rule.<name>` of the user's own;
 * `exact_duplicate`, `near_duplicate`.
 * An anchor document is refused only as an exact duplicate of another anchor document. `verified` is a
 * passed check that the ingest vouches for.
 * A position judged before gets its stored verdict, and nothing is run for it (protocol P9); one that
 * was acked before is deferred as `already_settled`, which only a verifier that lost its partition sees.
 *
 * Throws BALLAST_VERIFY_NO_SANDBOX when `code: required` and there is none.
 */
export function verify(options: VerifyOptions): Stage<VerifyVerdict> {
  const { pipeline, sandbox, index } = options;
  if (pipeline.code === 'required' && sandbox === undefined) {
    throw new BallastError(
      verifyErrors.noSandbox,
      'verify: verify.code is required, and this host has no sandbox',
    );
  }
  const check = checker(pipeline, sandbox);
  const rules = openUserRules(pipeline.rules);
  const checksAtOnce = options.checksAtOnce ?? availableParallelism();
  const state = new AckedPositions(() => index.witness());
  return {
    name: 'verify',
    version,
    state,
    process: async (batch, signal) => {
      signal.throwIfAborted();
      const [first] = batch;
      if (first === undefined) return [];
      const positions = batch.map((record) => record.position);
      const witness = state.takeWitness(first.read);
      if (witness !== undefined) await index.confirm(witness);
      const stored = await index.recall(positions);
      const fresh = batch.filter((_, at) => stored[at] === undefined);
      const candidates = await mapInPool(fresh, checksAtOnce, async (record) => {
        signal.throwIfAborted();
        return await judge(record, options, check, rules, signal);
      });
      const settling = state.takeAcked(first.read).map(({ ingest, offset }) => index.settle(ingest, offset));
      const [decided] = await Promise.all([index.decide(candidates), ...settling]);
      state.judged(first.read, positions);
      const next = decided.values();
      return stored.map((verdict) => verdict ?? next.next().value ?? alreadySettled);
    },
  };
}

const alreadySettled: VerifyVerdict = {
  stage: 'verify',
  version,
  action: 'defer',
  reason: 'already_settled',
};

/** Everything about one document but whether another holds its text. */
async function judge(
  record: Record,
  { pipeline, trustOf, benchmarks, identifyLanguage }: VerifyOptions,
  check: Checker,
  rules: UserRules,
  signal: AbortSignal,
): Promise<Candidate> {
  const { document, position, replayOf } = record;
  const strength = standing(record);
  const preset: Preset = presets[pipeline.preset];
  const examination = examineVisible(document.text, preset);
  const { ratios, failed, keptLines } = examination;
  const poor = strength === 'anchor' ? undefined : qualityReason(failed, pipeline.action);
  const { near, contaminatedBy } =
    poor === undefined ? likenessOf(document.text, pipeline.dedup.near, benchmarks) : {};
  const isContaminated = contaminatedBy !== undefined && strength !== 'anchor';
  const refused = poor ?? (isContaminated ? 'contaminated' : undefined);
  // What is refused already needs no sandbox.
  const outcome =
    refused === undefined ? await check(document, trustOf(position.topic).has('check'), signal) : undefined;
  const language = languageNamed(record) ?? identifyLanguage?.(document.text);
  const user = rules(record, examination, outcome, language?.label);
  const reason = refused ?? (strength === 'anchor' ? undefined : (checkReason(outcome) ?? user.refusal));
  const verdict: VerifyJudgement = {
    stage: 'verify',
    version,
    action: reason === undefined ? 'keep' : 'reject',
    reason: reason ?? 'ok',
    preset: preset.name,
    tokenizer: versionedName(preset.tokenizer),
    ...(language === undefined ? {} : { language: language.label, languageScore: language.score }),
    ratios: { ...ratios },
    failed: [...failed, ...user.matched],
    verified: outcome?.outcome === 'pass' && outcome.trusted,
    ...(outcome === undefined ? {} : { check: outcome }),
    ...(contaminatedBy === undefined ? {} : { contaminatedBy }),
    ...(keptLines === undefined ? {} : { textEdits: ['c4_lines'] }),
  };
  const signatures = pipeline.dedup.exact === 'off' ? [] : [exactSignature(document.text)];
  return { position, replayOf, strength, signatures, near, verdict };
}

/** What the detector saw on its way; it does not look at what is attested or declared. */
function languageNamed({ verdicts: { detect } }: Record): Language | undefined {
  if (detect === undefined || !('pool' in detect)) return undefined;
  const { language: label, languageScore: score } = detect;
  return label === undefined || score === undefined ? undefined : { label, score };
}

/** Without the detector's judgement (this stage run alone) every document is equally weak. */
function standing({ verdicts: { detect } }: Record): Strength {
  return detect !== undefined && 'pool' in detect ? strengthOf(detect) : 'synthetic';
}

/** There is nothing to learn from a text without a visible character: it is `empty` before all else. */
function examineVisible(text: string, preset: Preset): Examination {
  const examination = examine(text, preset);
  if (hasVisibleText(text)) return examination;
  return { ...examination, failed: ['empty', ...examination.failed.filter((rule) => rule !== 'empty')] };
}

function qualityReason(failed: readonly string[], action: Pipeline['verify']['action']): string | undefined {
  if (failed[0] === 'empty') return 'empty';
  return action === 'enforce' ? failed[0] : undefined;
}

function checkReason(outcome: CheckOutcome | undefined): string | undefined {
  return outcome?.trusted === true && outcome.outcome === 'fail' ? 'check_failed' : undefined;
}
