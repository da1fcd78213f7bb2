import { seeded } from '../seeded.ts';

/** Words the texts of the crash run are made of; no meaning is intended. */
const words =
  'the of and to in that it was for on with as his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know'.split(
    ' ',
  );

/** One input of the crash run and what must come of it. */
export interface CrashInput {
  /** JSON Lines. */
  readonly lines: readonly string[];
  /** Documents by id; each must be in data/, in refused/ or in a lane exactly once. */
  readonly ids: readonly string[];
  /** Lines that hold no document; each must be in refused/ once. */
  readonly unreadable: number;
}

/**
 * `count` lines: attested humans, undeclared text, declared synthetic text, exact duplicates and lines
 * that are no JSON, in a random order fixed by the seed.
 */
export function crashInput(count: number, seed: number): CrashInput {
  const random = seeded(seed);
  const lines: string[] = [];
  const ids: string[] = [];
  let unreadable = 0;
  let earlier = sentenceText(random);
  for (let row = 0; row < count; row += 1) {
    const kind = random();
    if (kind < 0.01) {
      unreadable += 1;
      lines.push(`{"id":"broken-${row}","text":`);
      continue;
    }
    const id = `d${row}`;
    const text = kind < 0.06 ? earlier : sentenceText(random);
    if (random() < 0.1) earlier = text;
    const source = kind < 0.6 ? `attested-${Math.floor(random() * 4)}` : `open-${Math.floor(random() * 4)}`;
    const declared = kind > 0.85 ? { declared: { origin: 'synthetic', generator: 'words' } } : {};
    ids.push(id);
    lines.push(JSON.stringify({ id, text, source, ...declared }));
  }
  return { lines, ids, unreadable };
}

function sentenceText(random: () => number): string {
  const sentences = 3 + Math.floor(random() * 12);
  return Array.from({ length: sentences }, () => {
    const length = 6 + Math.floor(random() * 14);
    const chosen = Array.from({ length }, () => words[Math.floor(random() * words.length)] ?? 'the');
    return `${(chosen[0] ?? '').replace(/^./, (letter) => letter.toUpperCase())} ${chosen.slice(1).join(' ')}.`;
  }).join(' ');
}
