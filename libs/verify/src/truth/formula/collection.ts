/** What an answer of several parts is: order matters within round and square brackets, not in a set or a union. */
export interface Collection {
  /** `set`, `union`, or the two brackets of a tuple or an interval, such as `[)`. */
  readonly kind: string;
  /** The parts as text; those of a union are collections themselves. */
  readonly parts: readonly string[];
  /** A comma between digits, which may be that of a decimal: a difference proves nothing. */
  readonly isDoubtful: boolean;
}

/** More parts than this are left undecided. */
export const partsMax = 16;
const closing = new Map([
  ['(', '])'],
  ['[', '])'],
  ['{', '}'],
]);

/**
 * Reads a set (`\{1, 2\}`, `{1, 2}`, `\emptyset`), a tuple or an interval (`(1, 2)`, `[0, \infty)`), or a union
 * of such by `\cup`; undefined for anything else, and where a comma may part thousands (`(1,000)`). Time is linear
 * in the length, which the caller bounds.
 */
export function readCollection(text: string): Collection | undefined {
  const bare = text
    .replaceAll(/\\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])\s*/g, '')
    .replaceAll(/\\(?:lbrace|\{)\s?/g, '\\{')
    .replaceAll(/\\(?:rbrace|\})/g, '\\}')
    .replaceAll('\u222a', '\\cup ')
    .trim();
  if (/^(?:\\emptyset|\\varnothing|\u2205)$/.test(bare)) return { kind: 'set', parts: [], isDoubtful: false };
  if (/\d,\d{3}(?!\d)/.test(bare)) return undefined;
  const isDoubtful = /\d,\d/.test(bare);
  const pieces = split(bare, /^\\cup(?![A-Za-z])/);
  if (pieces === undefined) return undefined;
  if (pieces.length > 1) return { kind: 'union', parts: pieces, isDoubtful };
  return enclosed(bare, isDoubtful);
}

function enclosed(bare: string, isDoubtful: boolean): Collection | undefined {
  const isSet = bare.startsWith('\\{') && bare.endsWith('\\}');
  const [open, close] = [bare.charAt(0), bare.charAt(bare.length - 1)];
  if (!isSet && closing.get(open)?.includes(close) !== true) return undefined;
  const inner = isSet ? bare.slice(2, -2) : bare.slice(1, -1);
  if (isSet && inner.trim() === '') return { kind: 'set', parts: [], isDoubtful };
  const parts = split(inner, /^,/);
  // One part in brackets is a formula, in plain braces a group.
  if (parts === undefined || parts.some((part) => part === '') || (parts.length < 2 && !isSet))
    return undefined;
  return { kind: isSet || open === '{' ? 'set' : open + close, parts, isDoubtful };
}

/** Parts outside of all brackets, trimmed; undefined where brackets do not close. */
function split(text: string, separator: RegExp): readonly string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if ('([{'.includes(sign)) depth += 1;
    else if (')]}'.includes(sign)) depth -= 1;
    if (depth < 0) return undefined;
    const [found] = depth === 0 ? (separator.exec(text.slice(at, at + 5)) ?? []) : [];
    if (found === undefined) continue;
    parts.push(text.slice(start, at).trim());
    start = at + found.length;
    at = start - 1;
  }
  parts.push(text.slice(start).trim());
  return depth === 0 ? parts : undefined;
}
