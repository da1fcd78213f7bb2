import type { DetectReport, GroupRates, RewrittenRates } from '@ballast/detect/evaluate';

/** The report for a terminal: plain lines, shares in per cent. */
export function renderReport(report: DetectReport): string {
  const { documents, abstained, rates, thresholds, reliability, baseRates, attacks, rewritten } = report;
  const all = documents.human + documents.synthetic;
  const unjudged = abstained.reduce((sum, { human, synthetic }) => sum + human + synthetic, 0);
  const reasons = abstained.map(
    ({ reason, human, synthetic }) => `${reason} ${human} human and ${synthetic} synthetic`,
  );
  return [
    `model ${report.model} on ${documents.human} human and ${documents.synthetic} synthetic documents, without canaries`,
    `not judged: ${unjudged === 0 ? 'none' : `${percent(unjudged / Math.max(1, all))}: ${reasons.join(', ')}`}`,
    '',
    ...(rates === undefined
      ? ['no rates: judged documents of both labels are needed']
      : [
          `AUROC ${figure(rates.auroc)}`,
          `found at 1 % false alarms ${figure(rates.tprAt1)}, at 5 % ${figure(rates.tprAt5)} (thresholds of these documents)`,
        ]),
    `frozen thresholds, from the model's card: llr ${thresholds.at1.toFixed(2)} (1 %), ${thresholds.at5.toFixed(2)} (5 %)`,
    '',
    ...groupTable('by length', report.lengths),
    '',
    ...groupTable('by domain, most false alarms first', report.domains),
    '',
    `calibration error at even odds ${reliability.ece.toFixed(3)}, less what a sample of this size shows anyway ${reliability.eceDebiased.toFixed(3)}`,
    row('p says', 'truly', 'documents'),
    ...reliability.bins
      .filter((bin) => bin.documents > 0)
      .map((bin) => row(bin.meanP.toFixed(3), bin.share.toFixed(3), String(bin.documents))),
    '',
    'share of synthetic documents among 2,000, planted and estimated, 200 draws',
    row('planted', 'estimated', '95 % of', 'draws'),
    ...baseRates.map(({ planted, estimated }) =>
      row(percent(planted), percent(estimated.value), percent(estimated.low), percent(estimated.high)),
    ),
    ...(attacks.length === 0
      ? []
      : [
          '',
          ...groupTable(
            'by edit',
            attacks.map(({ attack, ...rates }) => ({ group: attack, ...rates })),
          ),
        ]),
    ...(rewritten.length === 0 ? [] : ['', ...rewrittenTable(rewritten)]),
    '',
  ].join('\n');
}

function rewrittenTable(rewritten: readonly RewrittenRates[]): readonly string[] {
  return [
    'rewritten by others: share above the frozen 1 % and 5 % threshold, of pairs where originals are known',
    row('', 'documents', 'pairs', 'before 1 %', 'after', 'before 5 %', 'after', '  points lost at 1 %'),
    ...rewritten.map(({ attack, label, documents, pairs, original, rewritten: after, loss }) =>
      row(
        label === 'human' ? `${attack} (human)` : attack,
        String(documents),
        String(pairs),
        share(original?.at1 ?? null),
        share(after.at1),
        share(original?.at5 ?? null),
        share(after.at5),
        loss === undefined ? '–' : `  ${points(loss.value)} (${points(loss.low)} to ${points(loss.high)})`,
      ),
    ),
  ];
}

function points(value: number): string {
  return (100 * value).toFixed(1);
}

type Group = Omit<GroupRates, 'ece'> & Partial<Pick<GroupRates, 'ece'>>;

function groupTable(title: string, groups: readonly Group[]): readonly string[] {
  const hasErrors = groups.some(({ ece }) => ece !== undefined);
  return [
    `${title}: share above the frozen 1 % and 5 % threshold`,
    row('', 'human', '1 %', '5 %', 'synthetic', '1 %', '5 %', ...(hasErrors ? ['p is off by'] : [])),
    ...groups.map(({ group, human, synthetic, fprAt1, fprAt5, tprAt1, tprAt5, ece }) =>
      row(
        group,
        String(human),
        share(fprAt1),
        share(fprAt5),
        String(synthetic),
        share(tprAt1),
        share(tprAt5),
        ...(hasErrors ? [ece === null || ece === undefined ? '–' : ece.toFixed(3)] : []),
      ),
    ),
  ];
}

function row(first: string, ...cells: readonly string[]): string {
  return `  ${first.slice(0, 32).padEnd(32)}${cells.map((cell) => cell.padStart(12)).join('')}`.trimEnd();
}

function share(value: number | null): string {
  return value === null ? '–' : percent(value);
}

function figure({
  value,
  low,
  high,
}: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}): string {
  return `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
