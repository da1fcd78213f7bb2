import type { FamilyStatus } from '@ballast/detect';

/** How a family stands, in words: `calibrated`, or why it is not. */
export function standingWords({
  calibrated,
  because,
  arrivals,
}: Pick<FamilyStatus, 'calibrated' | 'because' | 'arrivals'>): string {
  if (calibrated) return 'calibrated';
  const why =
    because === 'human_band_too_mixed' && arrivals === 0
      ? nothingArrived
      : whyNot[because ?? 'no_bound_known'];
  return `not calibrated, ${why}`;
}

const nothingArrived = 'nothing of it has been judged yet, so its synthetic share is unknown';

const whyNot = {
  no_bound_known: 'nothing is known of how the detector does on it',
  too_few_canaries: 'it has too few canaries',
  estimates_disagree: 'two estimates of its synthetic share disagree',
  human_band_too_mixed: 'too much of what looks human may be synthetic',
} as const;

/** Each of a family's drift alarms, in words. */
export function alarmWords({ alarms }: Pick<FamilyStatus, 'alarms'>): readonly string[] {
  return alarms.map((alarm) => alarmMeanings[alarm]);
}

const alarmMeanings = {
  scores_moved: 'scores have moved: the latest few hundred documents score otherwise than those before',
  share_jumped: 'the synthetic share has jumped',
  estimates_disagree: 'EM and adjusted count differ by more than 5 points: the canaries are out of date',
} as const;

/** Why nothing is said of what more canaries would release: no number of them that was tried would. */
export function hopelessWords({ calibrated }: Pick<FamilyStatus, 'calibrated'>): string {
  return calibrated
    ? 'more canaries are not expected to change that: their text is what holds them back'
    : 'not even 1,000 more canaries are expected to release any: attest the source or train on its text';
}

/** What is to be said while the detector has not judged by these canaries yet. */
export const notInForce =
  'these canaries or this model are not in force yet: a running detector scores new canaries within 512 documents, a new model at its next start';
