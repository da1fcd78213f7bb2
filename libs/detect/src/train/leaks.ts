import { BallastError } from '@ballast/stage';
import type { Example } from './corpus.ts';
import { trainErrors } from './errors.ts';
import { auroc } from './metrics.ts';

/** What the gate asks of a labelled canonical text. */
type Asked = Pick<Example, 'text' | 'isSynthetic' | 'source'>;

/** A feature of canonical text that must not tell the labels apart: occurrences per code unit, or 0 / 1. */
type Trivial = (text: string) => number;

const rateOf =
  (pattern: RegExp): Trivial =>
  (text) =>
    (text.match(pattern)?.length ?? 0) / Math.max(1, text.length);

const trivials: { readonly [name: string]: Trivial } = {
  newline: rateOf(/\n/g),
  markdown: rateOf(/\*\*|`|^#+ |\]\(|~~/g),
  curlyQuotes: rateOf(/[‘’“”]/g),
  spaceBeforePunctuation: rateOf(/ [,.;:!?](?=\s|$)/g),
  missingSpace: rateOf(/[a-z][.,;!?][A-Za-z]/g),
  doubleSpace: rateOf(/ {2}/g),
  preamble: (text) => Number(/^(?:sure|certainly|of course)\b|^here(?: is|'s) [^.]{0,80}:/i.test(text)),
  endsWithPunctuation: (text) => Number(/[.!?"')\]]$/.test(text)),
};

/** AUROC beyond these bounds fails the gate. */
const bounds = { low: 0.35, high: 0.65 } as const;

/** Sources with fewer rows of a label are only looked at together. */
const rowsMin = 100;

/** A cut text ends anywhere, whoever wrote it; how a text ends is asked of those that were not cut. */
const uncutLengthMax = 1990;

/**
 * The leak gate: AUROC of every trivial feature per source and over all rows, the worst of each. Throws
 * BallastError BALLAST_TRAIN_DATA_LEAKS (exit 65) when one lies outside 0.35 to 0.65: the labels could
 * then be told apart by an accident of extraction, and every reported figure would be worthless.
 */
export function leakGate(
  examples: readonly Asked[],
  onFeature: () => void = () => {},
): { readonly [feature: string]: number } {
  const groups = [examples, ...Map.groupBy(examples, ({ source }) => source).values()];
  const worst: { [feature: string]: number } = {};
  for (const [name, feature] of Object.entries(trivials)) {
    onFeature();
    const found = groups.map((group) => separation(group, name, feature));
    worst[name] = found.reduce((a, b) => (Math.abs(b - 0.5) > Math.abs(a - 0.5) ? b : a), 0.5);
  }
  const leaks = Object.entries(worst).filter(([, area]) => area < bounds.low || area > bounds.high);
  if (leaks.length > 0) {
    const list = leaks.map(([name, area]) => `${name} ${area.toFixed(2)}`).join(', ');
    throw new BallastError(trainErrors.leaks, `trivial features tell the labels apart (AUROC): ${list}`);
  }
  return worst;
}

function separation(examples: readonly Asked[], name: string, feature: Trivial): number {
  const asked =
    name === 'endsWithPunctuation' ? examples.filter(({ text }) => text.length < uncutLengthMax) : examples;
  const of = (isSynthetic: boolean): number[] =>
    asked.filter((example) => example.isSynthetic === isSynthetic).map(({ text }) => feature(text));
  const [human, synthetic] = [of(false), of(true)];
  return Math.min(human.length, synthetic.length) < rowsMin ? 0.5 : auroc(human, synthetic);
}
