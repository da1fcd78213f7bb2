import { codePoints } from '../text/lines.ts';

/** Second and later copies among the parts of a text. */
export interface Duplicates {
  readonly parts: number;
  /** Code points of those copies. */
  readonly characters: number;
}

/** Counts copies as datatrove 0.10 does: the first of equal parts is no duplicate. */
export function findDuplicates(parts: readonly string[]): Duplicates {
  // Most parts differ in length or middle: only those alike in both need to be hashed.
  const seen = new Map<number, string | Set<string>>();
  let copies = 0;
  let characters = 0;
  for (const part of parts) {
    if (isNew(seen, part)) continue;
    copies += 1;
    characters += codePoints(part);
  }
  return { parts: copies, characters };
}

function isNew(seen: Map<number, string | Set<string>>, part: string): boolean {
  const middle = part.length >> 1;
  const key =
    part === '' ? 0 : (part.length << 16) ^ (part.charCodeAt(middle) << 8) ^ part.charCodeAt(middle >> 1);
  const known = seen.get(key);
  if (known === undefined) seen.set(key, part);
  else if (typeof known !== 'string') {
    const before = known.size;
    return known.add(part).size > before;
  } else if (known === part) return false;
  else seen.set(key, new Set([known, part]));
  return true;
}
