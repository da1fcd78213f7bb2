import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { seeded } from '../../seeded.ts';

const words =
  'the of and to in that it was for on with as his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know'.split(
    ' ',
  );

/** Documents numbered from 0 whose texts follow from seed and number, so that a checker needs no copy of them. */
export interface DocumentSet {
  readonly seed: number;
  readonly count: number;
  /** Characters of one text, about. */
  readonly size: number;
}

/** Id of document `index`. */
export function idOf({ seed }: DocumentSet, index: number): string {
  return `f${seed}-${index}`;
}

/** Number of the document with this id; undefined when it is none of the set. */
export function indexOf(set: DocumentSet, id: string): number | undefined {
  const prefix = `f${set.seed}-`;
  const index = id.startsWith(prefix) ? Number(id.slice(prefix.length)) : Number.NaN;
  return Number.isInteger(index) && index >= 0 && index < set.count ? index : undefined;
}

/** Text of document `index`: words in an order of its own, ended by its hash, so no two are alike. */
export function textOf(set: DocumentSet, index: number): string {
  const random = seeded(set.seed * 1_000_003 + index);
  let text = 'T';
  while (text.length < set.size - 17) text += `${words[Math.floor(random() * words.length)] ?? 'the'} `;
  const hash = createHash('sha256').update(text).update(idOf(set, index)).digest('hex').slice(0, 16);
  return `${text}${hash}.`;
}

/** The document as a line of JSON: from a source that the ingest attests to be human, so it is always kept. */
export function lineOf(set: DocumentSet, index: number): string {
  return JSON.stringify({
    id: idOf(set, index),
    text: textOf(set, index),
    source: `attested-${index % 4}`,
  });
}

/** Writes documents `from` to `to` (exclusive) as JSON Lines. */
export function writeDocuments(set: DocumentSet, file: string, from = 0, to: number = set.count): void {
  const handle = openSync(file, 'w');
  try {
    for (let index = from; index < to; index += 1_000) {
      const end = Math.min(to, index + 1_000);
      const lines = Array.from({ length: end - index }, (_, each) => lineOf(set, index + each));
      writeSync(handle, `${lines.join('\n')}\n`);
    }
  } finally {
    closeSync(handle);
  }
}
