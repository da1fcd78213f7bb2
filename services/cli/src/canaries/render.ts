import type { CanaryStatus, FamilyStatus, Rate } from '@ballast/detect';
import type { AddedCanaries } from './add.ts';

/** What was added, for people. */
export function renderAdded(file: string, { added, known, unjudged }: AddedCanaries): string {
  const kinds = Object.entries(unjudged).flatMap(([kind, count]) =>
    count === 0 ? [] : [`${count} ${kindWords[kind] ?? kind}`],
  );
  const alone = kinds.length === 0 ? '' : `; ${kinds.join(', ')} among them, which speak for such text alone`;
  return `${added} canaries added to ${file}, ${known} were there${alone}\n`;
}

const kindWords: { readonly [kind: string]: string } = {
  short: 'too short to be judged',
  unsupported: 'in languages that are not judged',
  code: 'of code',
};

/** The status of all families, for people. */
export function renderStatus({ isInForce, families }: CanaryStatus): string {
  if (families.length === 0) return 'no source family has canaries or judged arrivals yet\n';
  const lines = families.flatMap((family) => [...linesOf(family), '']);
  if (!isInForce)
    lines.push(
      'these canaries or this model are not in force yet: the next start of the detector scores them',
    );
  lines.push(
    'expectations assume that further canaries score as those of the family (where it has none: as the',
    "held-out domains of the model's card), and count the latest judged arrivals; `ballast replay` has what",
    'waits judged again',
  );
  return `${lines.join('\n')}\n`;
}

function linesOf(status: FamilyStatus): readonly string[] {
  const { family, canaries, calibrated, because, humanBandUpper, outlook } = status;
  const why =
    because === 'human_band_too_mixed' && status.arrivals === 0
      ? nothingArrived
      : whyNot[because ?? 'no_bound_known'];
  const share = `${percent(status.share)} (${percent(status.shareLower)} to ${percent(status.shareUpper)})`;
  return [
    `family ${family}: ${calibrated ? 'calibrated' : `not calibrated, ${why}`}`,
    `  canaries: ${canaries.human} human, ${canaries.synthetic} synthetic; judged by ${basisWords[status.basis]}`,
    ...status.kinds.map(
      ({ kind, human, synthetic }) =>
        `  ${human} human and ${synthetic} synthetic ${kindWords[kind] ?? kind}, for such text alone`,
    ),
    `  up to ${percent(humanBandUpper)} of what would be presumed human may be synthetic (limit 16 %)`,
    `  human text held back: ${rate(status.falsePositives)}; synthetic text held back: ${rate(status.truePositives)}`,
    `  synthetic share of ${status.arrivals} judged arrivals: ${share}; ${outlook.waiting} of them are not presumed human`,
    ...status.alarms.map((alarm) => `  ALARM ${alarmWords[alarm]}`),
    ...outlookLines(status),
  ];
}

function outlookLines({ calibrated, outlook: { waiting, steps } }: FamilyStatus): readonly string[] {
  if (waiting === 0) return [];
  if (steps.length > 0) {
    return steps.map(
      ({ human, synthetic, releases }) =>
        `  with ${more(human, synthetic)} about ${releases} of the ${waiting} would be presumed human`,
    );
  }
  return [
    calibrated
      ? '  more canaries are not expected to change that: their text is what holds them back'
      : '  not even 1,000 more canaries are expected to release any: attest the source or train on its text',
  ];
}

const nothingArrived = 'nothing of it has been judged yet, so its synthetic share is unknown';

const whyNot = {
  no_bound_known: 'nothing is known of how the detector does on it',
  too_few_canaries: 'it has too few canaries',
  estimates_disagree: 'two estimates of its synthetic share disagree',
  human_band_too_mixed: 'too much of what looks human may be synthetic',
} as const;

const basisWords = {
  canaries: 'its own canaries',
  humans: "its human canaries and the synthetic side of the model's card",
  card: "the held-out domains of the model's card",
  none: 'nothing',
} as const;

const alarmWords = {
  scores_moved: 'scores have moved: the latest few hundred documents score otherwise than those before',
  share_jumped: 'the synthetic share has jumped',
  estimates_disagree: 'EM and adjusted count differ by more than 5 points: the canaries are out of date',
} as const;

function more(human: number, synthetic: number): string {
  const parts = [
    ...(human > 0 ? [`${human} more human`] : []),
    ...(synthetic > 0 ? [`${synthetic} more synthetic`] : []),
  ];
  return `${parts.join(' and ')} canaries`;
}

function rate(found: Rate | undefined): string {
  return found === undefined
    ? 'unknown, too few canaries'
    : `${percent(found.value)} (${percent(found.low)} to ${percent(found.high)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
