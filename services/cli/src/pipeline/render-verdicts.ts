import type {
  DetectVerdict,
  MixVerdict,
  OversampleVerdict,
  Verdicts,
  VerifyVerdict,
} from '@ballast/document';
import { thresholdOf } from '@ballast/verify';

/** Continues a stage's line under its first word. */
const indent = ' '.repeat(13);

/** What each stage said of one document, for people: evidence, values beside their thresholds, snapshots. */
export function renderVerdicts({ detect, verify, oversample, mix }: Verdicts): string {
  const lines = [
    ...(detect === undefined ? [] : detectLines(detect)),
    ...(verify === undefined ? [] : verifyLines(verify)),
    ...(oversample === undefined ? [] : oversampleLines(oversample)),
    ...(mix === undefined ? [] : mixLines(mix)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function detectLines(detect: DetectVerdict): string[] {
  if (detect.action !== 'keep') return [`  detect     ${detect.action}: ${detect.reason}`];
  const { pool, p, pUpper, basis, band, eps, calibrated, family, evidence, thresholds, snapshots } = detect;
  const compared =
    thresholds === undefined
      ? []
      : [
          `${indent}presumed human needs an upper end below ${thresholds.tau} and a calibrated family; synthetic is p from ${thresholds.upper}`,
        ];
  return [
    `  detect     ${pool}: p ${p.toFixed(3)}, upper end ${pUpper.toFixed(3)} by ${basis}, band ${band}, calibration error ${eps.toFixed(3)}${calibrated ? '' : ', source family not calibrated'} (family ${family})`,
    ...compared,
    ...evidence.map(
      ({ name, weight, detail, test }) =>
        `${indent}evidence ${name} ${weight >= 0 ? '+' : ''}${Number(weight.toFixed(2))}${detail === undefined ? '' : `: ${detail}`}${test === undefined ? '' : `: ${test.scheme}, key ${test.key}, ${test.statistic.toFixed(1)} standard deviations over ${test.counted} tokens, p ${test.pValue.toExponential(1)}`}`,
    ),
    `${indent}model ${snapshots.model}, calibration ${snapshots.calibration}, prevalence ${snapshots.prevalence}${snapshots.probes === undefined ? '' : `, probes ${snapshots.probes}`}`,
  ];
}

function verifyLines(verify: VerifyVerdict): string[] {
  const lines = [`  verify     ${verify.action}: ${verify.reason}`];
  if (!('failed' in verify)) return lines;
  for (const rule of verify.failed) {
    const [value, threshold] = [verify.ratios[rule], thresholdOf(verify.preset, rule)];
    const measured = value === undefined ? '' : ` ${Number(value.toFixed(4))}`;
    lines.push(
      `${indent}fails ${rule}${measured}${threshold === undefined ? '' : `, threshold ${threshold}`} (${verify.preset})`,
    );
  }
  const { check, duplicateOf } = verify;
  if (check !== undefined) {
    const detail = check.detail === undefined ? '' : ` (${check.detail})`;
    lines.push(
      `${indent}${check.kind} check: ${check.outcome}${detail}, ${check.trusted ? 'trusted' : 'its own'}`,
    );
  }
  if (duplicateOf !== undefined) lines.push(`${indent}duplicate of ${duplicateOf}`);
  return lines;
}

function oversampleLines({ stratum, repeats, tokens, reason }: OversampleVerdict): string[] {
  return [`  oversample stratum ${stratum}, ${repeats} proposed, ${tokens} tokens: ${reason}`];
}

function mixLines({ action, reason }: MixVerdict): string[] {
  return [`  mix        ${action}: ${reason}`];
}
