/** One edit of the text column: which rule, and how many UTF-16 units it took out. */
export interface TextEdit {
  readonly rule: 'invisible_characters' | 'variation_selectors';
  readonly units: number;
}

/** Version of {@link editText}; stands in every shard footer. */
export const textPolicy = 'ballast-text-1';

// Soft hyphen; zero-width and directional marks; word joiners and invisible operators; byte-order
// mark; variation selectors; tag characters.
const suspects =
  /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]|[\uFE00-\uFE0F]|[\u{E0100}-\u{E01EF}]/gu;
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
// Scripts written without spaces use U+200B as their word boundary.
const unspaced = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
// Joiners are spelling in Arabic and Indic scripts and glue in emoji; between Latin letters they carry data.
const joins =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Extended_Pictographic}\p{Emoji_Modifier}]|\uFE0F/u;
const emoji = /\p{Emoji}/u;
const varied = /[\p{Script=Han}\p{Sm}\p{Script=Myanmar}]/u;
/** A flag of England, Scotland or Wales is a black flag, up to six tags and the cancel tag. */
const tagBase = '\u{1F3F4}';
const tagsMax = 7;
const cancelTag = 0xe007f;

/**
 * Takes out of a text what a reader cannot see and a model should not learn: zero-width and other
 * invisible characters, and the variation selectors that carry content credentials (U+FEFF, then
 * one selector per byte: C2PA 2.3, unstructured text). What spelling or emoji need stays. Pure and
 * idempotent, linear in time; applied to the text column only, never to the message.
 */
export function editText(text: string): { readonly text: string; readonly edits: readonly TextEdit[] } {
  if (text.search(suspects) < 0) return { text, edits: [] };
  const pass = new Pass(rightToLeft.test(text));
  let end = 0;
  for (const { 0: found, index } of text.matchAll(suspects)) {
    if (index > end) pass.visible(text.slice(end, index));
    pass.suspect(found);
    end = index + found.length;
  }
  pass.visible(text.slice(end));
  return pass.result();
}

/** Decides by what was kept last, so that a second pass finds nothing more to take out. */
class Pass {
  readonly #hasRightToLeft: boolean;
  readonly #kept: string[] = [];
  #last = '';
  /** Tags kept since the last black flag; 0 = none may follow. */
  #tags = 0;
  /** True behind U+FEFF: the selectors that follow at once are a wrapper. */
  #inWrapper = false;
  #invisible = 0;
  #selectors = 0;

  constructor(hasRightToLeft: boolean) {
    this.#hasRightToLeft = hasRightToLeft;
  }

  visible(run: string): void {
    if (run === '') return;
    this.#kept.push(run);
    const low = run.charCodeAt(run.length - 1);
    this.#last = low >= 0xdc00 && low <= 0xdfff ? run.slice(-2) : run.slice(-1);
    this.#tags = this.#last === tagBase ? 1 : 0;
    this.#inWrapper = false;
  }

  suspect(found: string): void {
    const code = found.codePointAt(0) ?? 0;
    const isSelector = (code >= 0xfe00 && code <= 0xfe0f) || code >= 0xe0100;
    if (isSelector) {
      if (!this.#inWrapper && belongsTo(this.#last, code)) this.#keep(found);
      else this.#selectors += found.length;
      return;
    }
    this.#inWrapper = code === 0xfeff;
    if (code >= 0xe0000 ? this.#takesTag(code) : this.#spells(code)) this.#keep(found);
    else this.#invisible += found.length;
  }

  result(): { readonly text: string; readonly edits: readonly TextEdit[] } {
    const edits: TextEdit[] = [];
    if (this.#invisible > 0) edits.push({ rule: 'invisible_characters', units: this.#invisible });
    if (this.#selectors > 0) edits.push({ rule: 'variation_selectors', units: this.#selectors });
    return { text: this.#kept.join(''), edits };
  }

  #keep(found: string): void {
    this.#kept.push(found);
    this.#last = found;
  }

  #takesTag(code: number): boolean {
    if (this.#tags === 0) return false;
    this.#tags = code === cancelTag || this.#tags === tagsMax ? 0 : this.#tags + 1;
    return true;
  }

  #spells(code: number): boolean {
    if (code === 0x200b) return unspaced.test(this.#last);
    if (code === 0x200c || code === 0x200d) return joins.test(this.#last);
    const isDirectional =
      code === 0x200e || code === 0x200f || (code >= 0x202a && code <= 0x202e) || code >= 0x2066;
    return isDirectional && code <= 0x2069 && this.#hasRightToLeft;
  }
}

/** One selector belongs to the emoji, ideograph or symbol before it; every further one is data. */
function belongsTo(last: string, selector: number): boolean {
  if (selector === 0xfe0e || selector === 0xfe0f) return emoji.test(last);
  return varied.test(last);
}
