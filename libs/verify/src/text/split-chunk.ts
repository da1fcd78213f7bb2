import { isAddress } from './address.ts';
import { findInfixes, prefixLength, suffixLength } from './affixes.ts';
import { specialCases, specialLengthMax } from './special-cases.ts';

/**
 * Where the tokens of one run without white space end, as rising UTF-16 offsets; the last is its
 * length. The tokens cover the run. The order of rules is that of spaCy 3.8's tokenizer (MIT,
 * `tokenizer.pyx`): special case, marks in front and behind until none is left, address, marks within,
 * then special cases that the cuts have brought apart (`hello:)`). Time is linear in the length.
 */
export function splitChunk(chunk: string): readonly number[] {
  const special = specialCases.get(chunk);
  if (special !== undefined) return ends(0, special);
  const cuts = splitAffixes(chunk, true);
  return cuts.length > 1 ? mendSpecialCases(chunk, cuts) : cuts;
}

function splitAffixes(chunk: string, withSpecialCases: boolean): number[] {
  const isSpecial = (from: number, to: number): boolean =>
    withSpecialCases && to > from && to - from <= specialLengthMax && specialCases.has(chunk.slice(from, to));
  let from = 0;
  let to = chunk.length;
  const cuts: number[] = [];
  const behind: number[] = [];
  let last = -1;
  while (from < to && to - from !== last && !isSpecial(from, to)) {
    last = to - from;
    const prefix = prefixLength(chunk, from, to);
    if (prefix > 0 && isSpecial(from + prefix, to)) {
      from += prefix;
      cuts.push(from);
      break;
    }
    const suffix = suffixLength(chunk, from + prefix, to);
    if (suffix > 0 && isSpecial(from, to - suffix)) {
      behind.push(to);
      to -= suffix;
      break;
    }
    if (prefix > 0) {
      from += prefix;
      cuts.push(from);
    }
    if (suffix > 0) {
      behind.push(to);
      to -= suffix;
    }
  }
  if (from < to) pushMiddle(chunk, from, to, isSpecial(from, to), cuts);
  for (let index = behind.length - 1; index >= 0; index -= 1) cuts.push(behind[index] ?? 0);
  return cuts;
}

function pushMiddle(chunk: string, from: number, to: number, isSpecial: boolean, cuts: number[]): void {
  if (isSpecial) {
    cuts.push(...ends(from, specialCases.get(chunk.slice(from, to)) ?? []));
    return;
  }
  if (!isAddress(chunk, from, to)) {
    const before = cuts.length;
    findInfixes(chunk, from, to, cuts);
    dedupe(cuts, before);
  }
  if (cuts.at(-1) !== to) cuts.push(to);
}

/** Neighbouring marks share a boundary: keep one of it. */
function dedupe(cuts: number[], start: number): void {
  let kept = start;
  for (let index = start; index < cuts.length; index += 1) {
    const cut = cuts[index] ?? 0;
    if (kept === start || cuts[kept - 1] !== cut) cuts[kept++] = cut;
  }
  cuts.length = kept;
}

function ends(from: number, tokens: readonly string[]): number[] {
  let end = from;
  return tokens.map((token) => (end += token.length));
}

/** Special cases that the affix rules cut, by their text, with the cuts these rules make. */
const cutCases: ReadonlyMap<string, string> = new Map(
  [...specialCases.keys()].flatMap((word) => {
    const cuts = splitAffixes(word, false);
    return cuts.length > 1 || prefixLength(word, 0, word.length) > 0 ? [[word, cuts.join(',')]] : [];
  }),
);
const cutCaseStarts: ReadonlySet<number> = new Set([...cutCases.keys()].map((word) => word.charCodeAt(0)));

/** Puts special cases together again where the cuts took them apart; the longest wins, then the first. */
function mendSpecialCases(chunk: string, cuts: number[]): readonly number[] {
  const spans: { first: number; last: number }[] = [];
  for (let first = 0; first < cuts.length; first += 1) {
    const from = first === 0 ? 0 : (cuts[first - 1] ?? 0);
    if (!cutCaseStarts.has(chunk.charCodeAt(from))) continue;
    for (let last = first; last < cuts.length && (cuts[last] ?? 0) - from <= specialLengthMax; last += 1) {
      const expected = cutCases.get(chunk.slice(from, cuts[last]));
      if (expected === undefined) continue;
      if (
        cuts
          .slice(first, last + 1)
          .map((cut) => cut - from)
          .join(',') === expected
      )
        spans.push({ first, last });
    }
  }
  if (spans.length === 0) return cuts;
  spans.sort((a, b) => b.last - b.first - (a.last - a.first) || a.first - b.first);
  const taken = new Set<number>();
  const chosen = new Map<number, number>();
  for (const { first, last } of spans) {
    if (!taken.has(first) && !taken.has(last)) chosen.set(first, last);
    for (let index = first; index <= last; index += 1) taken.add(index);
  }
  const mended: number[] = [];
  for (let index = 0; index < cuts.length; index += 1) {
    const last = chosen.get(index);
    const from = index === 0 ? 0 : (cuts[index - 1] ?? 0);
    if (last === undefined) mended.push(cuts[index] ?? 0);
    else {
      mended.push(...ends(from, specialCases.get(chunk.slice(from, cuts[last])) ?? []));
      index = last;
    }
  }
  return mended;
}
