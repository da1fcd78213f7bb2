import { prevalenceName, readSnapshot } from '../snapshots.ts';
import type { SnapshotStore } from '../snapshots.ts';
import { prevalenceSchema } from './estimates.ts';
import { betaQuantile } from './beta.ts';
import { alarmsOf } from './drift.ts';
import type { DriftAlarm } from './drift.ts';
import { canariesMin } from './points.ts';
import type { FamilyEstimate } from './values.ts';

/** One family as the command line and the page show it. */
export interface FamilyReport {
  readonly family: string;
  readonly calibrated: boolean;
  /** Why not, in the order a user can mend it; undefined when calibrated. */
  readonly because:
    | 'no_bound_known'
    | 'too_few_canaries'
    | 'estimates_disagree'
    | 'human_band_too_mixed'
    | undefined;
  readonly basis: FamilyEstimate['basis'];
  readonly canaries: FamilyEstimate['canaries'];
  /** Share of synthetic text among judged arrivals, with its 95 % interval. */
  readonly share: number;
  readonly shareLower: number;
  readonly shareUpper: number;
  readonly drifting: boolean;
  /** Judged arrivals behind the share. */
  readonly arrivals: number;
  /** Upper limit of the synthetic share of what would be presumed human. */
  readonly humanBandUpper: number;
  /** Share of human text at or above tau, which waits; of its own human canaries, undefined without any. */
  readonly falsePositives: Rate | undefined;
  /** Share of synthetic text at or above tau; of its own synthetic canaries, undefined without any. */
  readonly truePositives: Rate | undefined;
  /** Corrected llr that one in twenty human texts of the family exceeds. */
  readonly alarmAt5: number;
  /** Population stability index of the latest few hundred scores against the earlier ones. */
  readonly stability: number;
  readonly alarms: readonly DriftAlarm[];
}

/** A share of canaries with its 95 % interval (Jeffreys). */
export interface Rate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The published calibration of every family, in order of name; empty before the detector's first batch. */
export async function reportCalibration(store: SnapshotStore): Promise<readonly FamilyReport[]> {
  const published = await readSnapshot(store, prevalenceName, prevalenceSchema);
  return (published?.value.families ?? []).map(reportOf);
}

/** One family's estimate as people are shown it. */
export function reportOf(estimate: FamilyEstimate): FamilyReport {
  const { family, calibrated, basis, canaries, share, shareLower, shareUpper, drifting } = estimate;
  return {
    family,
    calibrated,
    because: reasonOf(estimate),
    basis,
    canaries,
    share,
    shareLower,
    shareUpper,
    drifting,
    arrivals: estimate.arrivals.long,
    humanBandUpper: estimate.bands[0]?.upper ?? 1,
    falsePositives:
      basis === 'canaries' || basis === 'humans'
        ? rateOf(1 - estimate.humanBand.human, canaries.human)
        : undefined,
    truePositives:
      basis === 'canaries' ? rateOf(1 - estimate.humanBand.synthetic, canaries.synthetic) : undefined,
    alarmAt5: estimate.alarmAt5,
    stability: estimate.stability,
    alarms: alarmsOf(estimate),
  };
}

/** Jeffreys' interval of a share of so many canaries. */
function rateOf(value: number, documents: number): Rate {
  const hits = value * documents;
  const [a, b] = [hits + 0.5, documents - hits + 0.5];
  return { value, low: betaQuantile(0.025, a, b), high: betaQuantile(0.975, a, b) };
}

function reasonOf({ calibrated, basis, agrees, canaries }: FamilyEstimate): FamilyReport['because'] {
  if (calibrated) return undefined;
  if (basis === 'none') return 'no_bound_known';
  if (Math.min(canaries.human, canaries.synthetic) < canariesMin) return 'too_few_canaries';
  return agrees ? 'human_band_too_mixed' : 'estimates_disagree';
}
