import type { Amount } from '@ballast/document';
import type { RunProgress } from './run-files.ts';
import type { RunReport, ShareBound } from './report.ts';

/** The final report for people. */
export function renderReport(report: RunReport): string {
  const { flow, mixture, caps, shares, waiting, refusals } = report;
  const { unverified, total } = shares.cumulative;
  const units = shares.judgedUnits;
  return [
    `${report.judged} documents judged in ${report.wallSeconds.toFixed(1)} s, ${report.docsPerCpuSecond.toFixed(0)} per CPU-second`,
    `in ${flow.in} = kept ${flow.kept} + rejected ${flow.rejected} + deferred ${flow.deferred} + dead ${flow.dead} + waiting ${flow.waiting} + in flight ${flow.inFlight}${flow.unaccounted === 0 ? '' : ` (${flow.unaccounted} unaccounted)`}`,
    `kept: human ${amount(mixture.human)}, synthetic ${amount(mixture.synthetic)}, unknown ${amount(mixture.unknown)}`,
    `synthetic share of the judged units: unverified ${bound(unverified, caps.unverified)}; all ${bound(total, caps.total)}`,
    ...(units.count === 0
      ? []
      : [
          `${units.count} judged units written, largest upper bound ${percent(units.unverifiedMax)} unverified, ${percent(units.totalMax)} in all`,
        ]),
    ...list('waiting', waiting.lanes),
    ...report.calibration.filter(({ arrivals, calibrated }) => arrivals > 0 && !calibrated).map(uncalibrated),
    ...list('refused', refusals),
    '',
  ].join('\n');
}

/** Why a family's text waits, and what would help. */
function uncalibrated({
  family,
  because,
  canaries,
  humanBandUpper,
}: RunReport['calibration'][number]): string {
  const counts = `${canaries.human} human and ${canaries.synthetic} synthetic canaries`;
  const why = {
    no_bound_known: 'nothing is known of how the detector does on it',
    too_few_canaries: `it has ${counts}, which is too few`,
    estimates_disagree: 'two estimates of its synthetic share disagree',
    human_band_too_mixed: `up to ${percent(humanBandUpper)} of what looks human there may be synthetic, by ${counts}`,
  }[because ?? 'no_bound_known'];
  return `family ${family} is not calibrated: ${why}; its unattested text waits. More canaries, attested sources or a detector trained on such text release it`;
}

/** One line on where a run stands. */
export function progressLine({ phase, rowsAdded, flow }: RunProgress): string {
  const refused = flow.rejected + flow.deferred + flow.dead;
  return `${phase}: ${rowsAdded} rows read, in ${flow.in} = kept ${flow.kept} + refused ${refused} + waiting ${flow.waiting} + in flight ${flow.inFlight}`;
}

/** `share F at most U of the cap`. */
export function bound({ share, upper }: ShareBound, cap: number): string {
  return `${percent(share)}, at most ${percent(upper)} (cap ${percent(cap)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function amount({ documents, tokens }: Amount): string {
  return `${documents} documents, ${tokens} tokens`;
}

function list(title: string, amounts: { readonly [name: string]: Amount }): string[] {
  const entries = Object.entries(amounts).map(([name, { documents }]) => `${name} ${documents}`);
  return entries.length === 0 ? [] : [`${title}: ${entries.join(', ')}`];
}
