import type { DetectReport } from '@ballast/detect/evaluate';
import { renderReport } from './render.ts';

const side = 320;
const margin = 58;

/** The report as one HTML page without outside parts: its plots as inline SVG, and all figures as text. */
export function htmlReport(report: DetectReport): string {
  const plots = [
    plot(
      'Reliability: what p says and what is true',
      'p',
      'share of synthetic documents',
      report.reliability.bins
        .filter((bin) => bin.documents > 0)
        .map((bin) => ({
          x: bin.meanP,
          y: bin.share,
          low: undefined,
          high: undefined,
          note: `${bin.documents} documents`,
        })),
    ),
    plot(
      'Base rate: planted and estimated share',
      'planted share',
      'estimated share, 95 % of draws',
      report.baseRates.map(({ planted, estimated }) => ({
        x: planted,
        y: estimated.value,
        low: estimated.low,
        high: estimated.high,
        note: `${planted} planted`,
      })),
    ),
    bars(
      'Edits: synthetic documents found at the frozen 5 % threshold',
      report.attacks.flatMap(({ attack, tprAt5 }) =>
        tprAt5 === null ? [] : [{ name: attack, value: tprAt5 }],
      ),
    ),
    bars(
      'False alarms per domain at the frozen 5 % threshold',
      report.domains.flatMap(({ group, fprAt5 }) =>
        fprAt5 === null ? [] : [{ name: group, value: fprAt5 }],
      ),
    ),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Detector report, model ${escaped(report.model)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1b1b; background: #fff }
figure { display: inline-block; margin: 0 1.5rem 1.5rem 0; vertical-align: top }
figcaption { font-weight: 600; max-width: 24rem }
svg { max-width: 100%; height: auto }
pre { overflow-x: auto; font-size: 13px; line-height: 1.45 }
</style>
</head>
<body>
<h1>Detector report</h1>
<p>Limits first: the model knows chat-style English prose. Text of base models without chat tuning is nearly invisible to it; code, other languages and texts under 120 characters are not judged. Rows that the model was trained on flatter it. Calibrate per source with canaries before relying on p.</p>
${plots.join('\n')}
<h2>All figures</h2>
<pre>${escaped(renderReport(report))}</pre>
</body>
</html>
`;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly note: string;
}

/** Points in the unit square with the diagonal on which estimates should lie. */
function plot(title: string, xLabel: string, yLabel: string, points: readonly Point[]): string {
  const x = (value: number): string => (margin + value * side).toFixed(1);
  const y = (value: number): string => (10 + (1 - value) * side).toFixed(1);
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((tick) => [
    `<text x="${x(tick)}" y="${10 + side + 18}" text-anchor="middle">${tick}</text>`,
    `<text x="${margin - 6}" y="${Number(y(tick)) + 4}" text-anchor="end">${tick}</text>`,
  ]);
  const marks = points.flatMap((point) => [
    ...(point.low === undefined || point.high === undefined
      ? []
      : [
          `<line x1="${x(point.x)}" y1="${y(point.low)}" x2="${x(point.x)}" y2="${y(point.high)}" stroke="#0b5cad" stroke-width="2"/>`,
        ]),
    `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="4" fill="#0b5cad"><title>${escaped(`${point.note}: ${point.y.toFixed(3)}`)}</title></circle>`,
  ]);
  return figureOf(title, margin + side + 12, side + 50, [
    `<rect x="${margin}" y="10" width="${side}" height="${side}" fill="none" stroke="#999"/>`,
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#999" stroke-dasharray="4 4"/>`,
    ...ticks,
    `<text x="${margin + side / 2}" y="${side + 46}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text x="12" y="${10 + side / 2}" text-anchor="middle" transform="rotate(-90 12 ${10 + side / 2})">${escaped(yLabel)}</text>`,
    ...marks,
  ]);
}

function bars(title: string, values: readonly { readonly name: string; readonly value: number }[]): string {
  const height = 22;
  const [labels, width] = [190, 200];
  const rows = values.flatMap(({ name, value }, index) => [
    `<text x="${labels - 8}" y="${index * height + 16}" text-anchor="end">${escaped(name.slice(0, 28))}</text>`,
    `<rect x="${labels}" y="${index * height + 4}" width="${(value * width).toFixed(1)}" height="14" fill="#0b5cad"/>`,
    `<text x="${(labels + value * width + 6).toFixed(1)}" y="${index * height + 16}">${(100 * value).toFixed(1)} %</text>`,
  ]);
  return figureOf(title, labels + width + 70, Math.max(1, values.length) * height + 8, rows);
}

function figureOf(title: string, width: number, height: number, parts: readonly string[]): string {
  return `<figure><figcaption>${escaped(title)}</figcaption><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-size="12" font-family="system-ui, sans-serif" fill="#1b1b1b">${parts.join('')}</svg></figure>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
