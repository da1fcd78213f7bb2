import type { FamilyStatus } from '@ballast/detect';

/** A family with too few canaries, of which much waits. */
export const familyStatus: FamilyStatus = {
  family: 'web',
  calibrated: false,
  because: 'too_few_canaries',
  basis: 'humans',
  canaries: { human: 40, synthetic: 3 },
  share: 0.1,
  shareLower: 0.05,
  shareUpper: 0.2,
  drifting: true,
  arrivals: 900,
  humanBandUpper: 1,
  falsePositives: { value: 0.1, low: 0.04, high: 0.2 },
  truePositives: undefined,
  alarmAt5: 1,
  stability: 0.4,
  alarms: ['scores_moved', 'share_jumped'],
  kinds: [{ kind: 'short', human: 4, synthetic: 0 }],
  outlook: {
    waiting: 900,
    steps: [{ human: 0, synthetic: 30, calibrated: true, humanBandUpper: 0.1, releases: 700 }],
  },
};
