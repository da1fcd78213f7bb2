import { BallastError } from '@ballast/stage';
import { secondErrors } from './errors.ts';

/** Which of a classifier's classes means machine-made text. */
export interface MachineClass {
  readonly index: number;
  /** Number of classes. */
  readonly classes: number;
}

/** Class names of published detectors that say "machine-made", in small letters without separators. */
const machineNames: ReadonlySet<string> = new Set(
  (
    'machine ai fake generated synthetic llm gpt chatgpt bot machinegenerated aigenerated machinemade ' +
    'machinewritten aiwritten llmgenerated generatedbyai'
  ).split(' '),
);

/**
 * The class that `machineLabel` names, else the only one whose name says so. Never a fixed index: exports
 * differ in the order. Throws BALLAST_DETECT_SECOND_LABELS, naming the classes.
 */
export function findMachine(
  id2label: Readonly<Record<string, string>>,
  machineLabel: string | undefined,
  folder: string,
): MachineClass {
  const labels = Object.entries(id2label).map(([id, label]) => ({ index: Number(id), label }));
  const named = labels.map(({ label }) => label).join(', ') || 'none';
  if (labels.some(({ index }) => index >= labels.length)) {
    throw new BallastError(
      secondErrors.labels,
      `${folder}: id2label does not count its classes from 0: ${named}`,
    );
  }
  const matches = labels.filter(({ label }) =>
    machineLabel === undefined ? machineNames.has(plain(label)) : label === machineLabel,
  );
  const [match] = matches;
  if (match === undefined || matches.length > 1) {
    const wanted = machineLabel === undefined ? 'means machine-made text' : `is called ${machineLabel}`;
    const count = match === undefined ? 'no class' : 'more than one class';
    throw new BallastError(
      secondErrors.labels,
      `${folder}: ${count} of config.json ${wanted}; classes: ${named}`,
    );
  }
  return { index: match.index, classes: labels.length };
}

/**
 * Log-odds of the machine class from the logits of one text: its logit less the log-sum-exp of the others.
 * A single logit is the log-odds of the only class, or of class 1 of two. NaN for any other number of logits.
 */
export function logOddsOf({ index, classes }: MachineClass, logits: readonly number[]): number {
  const [single] = logits;
  if (single === undefined) return Number.NaN;
  if (logits.length === 1 && classes <= 2) return index === classes - 1 ? single : -single;
  if (logits.length !== classes) return Number.NaN;
  const others = logits.filter((_, at) => at !== index);
  const largest = Math.max(...others);
  const rest = others.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return (logits[index] ?? Number.NaN) - largest - Math.log(rest);
}

function plain(label: string): string {
  return label.toLowerCase().replaceAll(/[\s_-]+/g, '');
}
