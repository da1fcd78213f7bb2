import { countTokens, formatPosition, formatTopicPartition } from '@ballast/document';
import type { Document, OversampleVerdict, Pipeline, Verdicts } from '@ballast/document';
import type { Record, Stage } from '@ballast/stage';
import { Census } from './census.ts';
import type { StratumCount } from './census.ts';
import { referenceOf } from './reference.ts';
import type { Reference } from './reference.ts';
import { repeatFactor, wholeRepeats } from './repeats.ts';
import { stratumOf } from './stratum.ts';

const version = 'oversample-1';

/** A census over all partitions that was published under a name; verdicts then rest on it alone. */
export interface PublishedCensus {
  readonly id: string;
  readonly of: (stratum: string) => StratumCount;
}

/** How {@link oversample} is set up. */
export interface OversampleOptions {
  readonly pipeline: Pipeline['oversampler'];
  /** Trusted human documents whose strata are the target; without them every document has repeats 1. */
  readonly reference: readonly Document[] | undefined;
  /** The latest published census, if any; without one each input partition counts for itself. */
  readonly published?: () => PublishedCensus | undefined;
}

/**
 * Which stratum is it in, and how many copies should it have? Proposes repeats, only for human
 * pools, only for documents with no failing quality rule, and never in a stratum that a single
 * source fills: repeating that would be repeating the source. The mixer grants them.
 *
 * The census is counted record by record and kept per input partition, so a verdict depends on what
 * lies before the record in its partition and not on how batches are cut. Without a published
 * census the verdict names the position of the record read: the census before and with it.
 */
export function oversample(options: OversampleOptions): Stage<OversampleVerdict> {
  const { pipeline, published } = options;
  const reference = referenceOf(options.reference, pipeline.stratify);
  const censuses = new Map<string, Census>();
  const censusOf = (input: string): Census => {
    const census = censuses.get(input) ?? new Census();
    censuses.set(input, census);
    return census;
  };

  const judge = (record: Record): OversampleVerdict => {
    const stratum = stratumOf(record.document, pipeline.stratify);
    const tokens = countTokens(record.document.text);
    const census = censusOf(formatTopicPartition(record.read));
    const detect = record.verdicts.detect;
    // Without a judgement it is as likely synthetic as not.
    const p = detect !== undefined && 'p' in detect ? detect.p : 0.5;
    const source = isHuman(record.verdicts) ? record.document.source : undefined;
    census.count(stratum, tokens, p, source);
    const shared = published?.();
    const of = shared?.of ?? ((name: string) => census.of(name));
    const snapshots = {
      reference: reference?.id ?? 'none',
      census: shared?.id ?? formatPosition(record.read),
    };
    const proposal = propose(record, stratum, reference, of, pipeline.repeatsMax);
    return { stage: 'oversample', version, action: 'keep', stratum, tokens, snapshots, ...proposal };
  };

  return {
    name: 'oversample',
    version,
    process: async (batch) => batch.map(judge),
    state: {
      restore: (input, snapshot) => void censuses.set(formatTopicPartition(input), Census.restore(snapshot)),
      snapshot: (input) => censusOf(formatTopicPartition(input)).snapshot(),
    },
  };
}

function propose(
  record: Record,
  stratum: string,
  reference: Reference | undefined,
  of: (stratum: string) => StratumCount,
  repeatsMax: number,
): Pick<OversampleVerdict, 'repeats' | 'reason'> {
  if (reference === undefined) return { repeats: 1, reason: 'no_reference' };
  if (!isHuman(record.verdicts)) return { repeats: 1, reason: 'not_human' };
  if (!reference.shares.has(stratum)) return { repeats: 1, reason: 'stratum_not_in_reference' };
  if (!isClean(record.verdicts)) return { repeats: 1, reason: 'fails_quality_rules' };
  if (of(stratum).sources.length < 2) return { repeats: 1, reason: 'single_source_stratum' };
  const factor = repeatFactor(stratum, reference, of, repeatsMax);
  const repeats = wholeRepeats(factor, `${version}/${formatPosition(record.position)}`);
  return { repeats, reason: repeats > 1 ? 'stratum_below_target' : 'stratum_at_target' };
}

function isHuman({ detect }: Verdicts): boolean {
  return detect !== undefined && 'pool' in detect && (detect.pool === 'anchor' || detect.pool === 'presumed');
}

function isClean({ verify }: Verdicts): boolean {
  return verify !== undefined && 'failed' in verify && verify.failed.length === 0;
}
