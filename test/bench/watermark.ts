/**
 * Watermarks: power on marked text of a synthetic language model, false alarms on human text.
 *
 *   npm run bench:watermark -- [--data LABELLED.jsonl.zst] [--tokenizer tokenizer.json] [--texts 400] [--crops 100000] [--json]
 *
 * Rows of the data without `label`, or with `label: human`, are cropped; without data, generated text is. Tokens
 * are those of the tokenizer, else words and marks. Keys are drawn anew for every crop, which is what a
 * p-value speaks of; then one key meets all crops, which is what a user has.
 */
import { generate, hitMax, openTokenizer } from '@ballast/detect/watermark';
import { z } from 'zod';
import { readFlags } from '../flags.ts';
import { readRows } from './labelled-rows.ts';
import {
  alarmsOf,
  alarmsOnUnmarked,
  cropsOf,
  expectedCount,
  markedSchemes,
  powerOf,
  stated,
  unmarkedSchemes,
  wordTokens,
} from './watermark/measure.ts';

const rowSchema = z.object({ text: z.string(), label: z.string().optional() });
const length = 400;
const values = readFlags(import.meta.filename, {
  data: { type: 'string' },
  tokenizer: { type: 'string' },
  texts: { type: 'string', default: '400' },
  crops: { type: 'string', default: '100000' },
  json: { type: 'boolean', default: false },
});
const [texts, crops] = [Number(values.texts), Number(values.crops)];
const lines: object[] = [];
const print = (line: { readonly [column: string]: string | number }): void => {
  lines.push(line);
  if (!values.json) process.stdout.write(`| ${Object.values(line).join(' | ')} |\n`);
};

if (!values.json)
  process.stdout.write(
    `| scheme | found of ${texts} marked, 95 % interval | of ${texts} unmarked |\n|---|---|---|\n`,
  );
for (const scheme of markedSchemes()) {
  const power = powerOf(scheme, texts, length);
  const unmarked = alarmsOnUnmarked(scheme, texts, length);
  print({
    scheme: scheme.name,
    power: `${(power.found / texts).toFixed(3)} [${power.low.toFixed(3)}, ${power.high.toFixed(3)}] at p ≤ ${hitMax}`,
    unmarked: unmarked.found,
  });
}
const crop = cropsOf(await humanTokens(), crops, length);
if (!values.json) {
  const header = stated.map((p) => `p ≤ ${p}`).join(' | ');
  process.stdout.write(`\n| scheme | keys | ${header} |\n|---|---|${stated.map(() => '---').join('|')}|\n`);
}
print({
  scheme: `expected of ${crops}, 95 % interval`,
  keys: '',
  ...Object.fromEntries(
    stated.map((p) => {
      const { low, high } = expectedCount(crops, p);
      return [`at ${p}`, `${low} to ${high}`];
    }),
  ),
});
for (const [scheme, score] of unmarkedSchemes()) {
  for (const [keys, keyOf] of [
    ['new for every crop', (number: number) => number],
    ['one', () => 0],
  ] as const) {
    process.stderr.write(`${scheme}: ${crops} crops\n`);
    const alarms = alarmsOf(score, crop, crops, keyOf);
    print({ scheme, keys, ...Object.fromEntries(stated.map((p, index) => [`at ${p}`, alarms[index] ?? 0])) });
  }
}
if (values.json) process.stdout.write(`${JSON.stringify(lines)}\n`);

async function humanTokens(): Promise<readonly (readonly number[])[]> {
  if (values.data === undefined)
    return Array.from({ length: 500 }, (_, number) => generate(1_000, number + 1));
  const idsOf =
    values.tokenizer === undefined ? wordTokens() : (await openTokenizer(values.tokenizer, 'bench')).idsOf;
  return readRows(values.data, rowSchema)
    .filter(({ label = 'human' }) => label === 'human')
    .map((row) => idsOf(row.text));
}
