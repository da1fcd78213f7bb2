const ordinary = 0;
const closing = 1;
const opening = 2;
const space = 3;
const notPlain = 4;
/** What each ASCII unit is; `ordinary` may stand next to anything. */
const kinds: Uint8Array = buildKinds();

const apostrophe = 39;
const hyphen = 45;
const letterN = 110;

/**
 * True only if no step before the chat preamble could change the text: ASCII words, single spaces, and
 * ordinary marks standing where they should. Most text is so after one pass, and this look costs a tenth
 * of another pass. False decides nothing.
 */
export function isPlain(text: string): boolean {
  let before = space;
  let unitBefore = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const kind = unit < 128 ? (kinds[unit] ?? notPlain) : notPlain;
    if (kind === notPlain) return false;
    // A space, or the start: no mark that a tokeniser parted, no contraction, no bullet, no second space.
    if (before === space && (kind === closing || kind === space || unit === apostrophe || unit === hyphen)) {
      if (unit !== hyphen || at === 0) return false;
    }
    if (before === opening && kind === space) return false;
    if (unit === apostrophe && unitBefore === letterN && isParted(text, at)) return false;
    if ((unit === hyphen || unit === apostrophe) && unit === unitBefore) return false;
    before = kind;
    unitBefore = unit;
  }
  return before !== space || text === '';
}

/** The n before this apostrophe begins a word, as in `do n't`. */
function isParted(text: string, at: number): boolean {
  return at < 2 || text.charCodeAt(at - 2) === 32;
}

function buildKinds(): Uint8Array {
  const table = new Uint8Array(128).fill(notPlain);
  for (let unit = 48; unit < 123; unit += 1) {
    if (/[A-Za-z0-9]/.test(String.fromCharCode(unit))) table[unit] = ordinary;
  }
  for (const mark of `"'-/&$@=`) table[mark.charCodeAt(0)] = ordinary;
  for (const mark of ',.;:!?%)') table[mark.charCodeAt(0)] = closing;
  table['('.charCodeAt(0)] = opening;
  table[32] = space;
  return table;
}
