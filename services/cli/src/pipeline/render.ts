import type { Amount } from '@ballast/document';
import type { RunReport, ShareBound } from './report.ts';

/** The final report for people. */
export function renderReport(report: RunReport): string {
  const { flow, mixture, caps, shares, waiting, refusals } = report;
  const { unverified, total } = shares.cumulative;
  return [
    `${report.judged} documents judged in ${report.wallSeconds.toFixed(1)} s, ${report.docsPerCpuSecond.toFixed(0)} per CPU-second`,
    `in ${flow.in} = kept ${flow.kept} + rejected ${flow.rejected} + deferred ${flow.deferred} + dead ${flow.dead} + waiting ${flow.waiting} + in flight ${flow.inFlight}${flow.unaccounted === 0 ? '' : ` (${flow.unaccounted} unaccounted)`}`,
    `kept: human ${amount(mixture.human)}, synthetic ${amount(mixture.synthetic)}, unknown ${amount(mixture.unknown)}`,
    `synthetic share of the judged units: unverified ${bound(unverified, caps.unverified)}; all ${bound(total, caps.total)}`,
    ...list('waiting', waiting.lanes),
    ...list('refused', refusals),
    '',
  ].join('\n');
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
