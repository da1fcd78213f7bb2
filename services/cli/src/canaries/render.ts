import type { CanaryStatus, FamilyStatus, Rate } from '@ballast/detect';
import type { AddedCanaries } from './add.ts';
import { alarmWords, hopelessWords, notInForce, standingWords } from './words.ts';

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
  if (!isInForce) lines.push(notInForce);
  lines.push(
    'expectations assume that further canaries score as those of the family (where it has none: as the',
    "held-out domains of the model's card), and count the latest judged arrivals; `ballast replay` has what",
    'waits judged again',
  );
  return `${lines.join('\n')}\n`;
}

function linesOf(status: FamilyStatus): readonly string[] {
  const { family, canaries, humanBandUpper, outlook } = status;
  const share = `${percent(status.share)} (${percent(status.shareLower)} to ${percent(status.shareUpper)})`;
  return [
    `family ${family}: ${standingWords(status)}`,
    `  canaries: ${canaries.human} human, ${canaries.synthetic} synthetic; judged by ${basisWords[status.basis]}`,
    ...status.kinds.map(
      ({ kind, human, synthetic }) =>
        `  ${human} human and ${synthetic} synthetic ${kindWords[kind] ?? kind}, for such text alone`,
    ),
    `  up to ${percent(humanBandUpper)} of what would be presumed human may be synthetic (limit 16 %)`,
    `  human text held back: ${rate(status.falsePositives)}; synthetic text held back: ${rate(status.truePositives)}`,
    `  synthetic share of ${status.arrivals} judged arrivals: ${share}; ${outlook.waiting} of the latest are not presumed human`,
    ...alarmWords(status).map((alarm) => `  ALARM ${alarm}`),
    ...outlookLines(status),
  ];
}

function outlookLines(status: FamilyStatus): readonly string[] {
  const { waiting, steps } = status.outlook;
  if (waiting === 0) return [];
  if (steps.length === 0) return [`  ${hopelessWords(status)}`];
  return steps.map(
    ({ human, synthetic, releases }) =>
      `  with ${more(human, synthetic)} about ${releases} of the ${waiting} would be presumed human`,
  );
}

const basisWords = {
  canaries: 'its own canaries',
  humans: "its human canaries and the synthetic side of the model's card",
  card: "the held-out domains of the model's card",
  none: 'nothing',
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
