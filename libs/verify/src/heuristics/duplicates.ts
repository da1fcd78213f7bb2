import { codePoints } from '../text/lines.ts';

/** Second and later copies among the parts of a text. */
export interface Duplicates {
  readonly parts: number;
  /** Code points of those copies. */
  readonly characters: number;
}

/** Counts copies as datatrove 0.10 does: the first of equal parts is no duplicate. */
export function findDuplicates(parts: readonly string[]): Duplicates {
  const seen = new Set<string>();
  let copies = 0;
  let characters = 0;
  for (const part of parts) {
    const before = seen.size;
    seen.add(part);
    if (seen.size > before) continue;
    copies += 1;
    characters += codePoints(part);
  }
  return { parts: copies, characters };
}
