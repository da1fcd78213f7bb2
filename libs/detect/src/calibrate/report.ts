import { prevalenceName, readSnapshot } from '../snapshots.ts';
import type { SnapshotStore } from '../snapshots.ts';
import { prevalenceSchema } from './estimates.ts';
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
  /** Share of the human canaries at or above tau: they wait. */
  readonly falsePositiveRate: number;
  /** Share of the synthetic canaries at or above tau. */
  readonly truePositiveRate: number;
}

/** The published calibration of every family, in order of name; empty before the detector's first batch. */
export async function reportCalibration(store: SnapshotStore): Promise<readonly FamilyReport[]> {
  const published = await readSnapshot(store, prevalenceName, prevalenceSchema);
  return (published?.value.families ?? []).map(reportOf);
}

function reportOf(estimate: FamilyEstimate): FamilyReport {
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
    falsePositiveRate: 1 - estimate.humanBand.human,
    truePositiveRate: 1 - estimate.humanBand.synthetic,
  };
}

function reasonOf({ calibrated, basis, agrees, canaries }: FamilyEstimate): FamilyReport['because'] {
  if (calibrated) return undefined;
  if (basis === 'none') return 'no_bound_known';
  if (Math.min(canaries.human, canaries.synthetic) < canariesMin) return 'too_few_canaries';
  return agrees ? 'human_band_too_mixed' : 'estimates_disagree';
}
