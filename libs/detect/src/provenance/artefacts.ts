import type { Evidence } from '@ballast/document';

/** Characters without width or with a tag's meaning, counted on raw text; a byte order mark at the start is none. */
const invisible =
  /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u;

/** Literal traces of chat interfaces: citation placeholders, export marks, and a model speaking of itself. */
const phrases: readonly (readonly [name: string, literals: readonly string[]])[] = [
  ['chat_citation', ['oaicite:', 'contentReference[', 'turn0search', 'turn0news', '\ue200cite']],
  ['model_speaks', ['As an AI language model', 'as an AI language model', 'As a large language model']],
  ['narrow_no_break_space', ['\u202f']],
];

/**
 * Traces in the raw text, named before the canonicaliser removes them. All weigh 0: text-derived
 * features are one block with the model, and their rates among human texts are not yet measured.
 */
export function artefactsIn(text: string): readonly Evidence[] {
  const found: Evidence[] = [];
  if (invisible.test(text.startsWith('\ufeff') ? text.slice(1) : text)) {
    found.push({ name: 'invisible_characters', weight: 0 });
  }
  for (const [name, literals] of phrases) {
    if (literals.some((literal) => text.includes(literal))) found.push({ name, weight: 0 });
  }
  return found;
}
