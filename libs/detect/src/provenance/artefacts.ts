import type { Evidence } from '@ballast/document';
import { opensWithPreamble } from '../canonical.ts';
import { weights } from '../weights.ts';
import { nothing } from './probe.ts';
import type { ProvenanceProbe } from './probe.ts';

/**
 * Traces of chat interfaces and invisible characters in the raw text, named and counted before the
 * canonicaliser removes them. They are one block with the text model. Only the preamble weighs anything:
 * all others are too rare in the training file to learn from, and differ by source (a soft hyphen is
 * typography, a joiner is spelling).
 */
export const artefactProbe: ProvenanceProbe = {
  id: 'artefacts/2',
  examine({ document }) {
    const evidence = artefactsIn(document.text);
    return evidence.length === 0 ? nothing : { evidence };
  },
};

/** Each pattern reads a text once: no alternative of any of them can begin twice at one place. */
const traces: readonly (readonly [name: string, pattern: RegExp])[] = [
  // Space, word joiner, byte order mark inside the text, Mongolian separator; joiners only between Latin letters.
  ['zero_width', /[\u200b\u2060\ufeff\u180e]|(?<=[A-Za-z])[\u200c\u200d](?=[A-Za-z])/gu],
  ['soft_hyphen', /\u00ad/gu],
  ['invisible_operator', /[\u2061-\u2064\u206a-\u206f\u115f\u1160\u3164\uffa0]/gu],
  ['direction_control', /[\u202a-\u202e\u2066-\u2069]/gu],
  // Flags of regions spell their name in tag characters after a black flag.
  ['tag_characters', /(?<![\u{1f3f4}\u{e0000}-\u{e007f}])[\u{e0000}-\u{e007f}]+/gu],
  ['variation_selector_run', /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2,}/gu],
  ['narrow_no_break_space', /\u202f/gu],
  [
    'chat_citation',
    /oaicite:|contentReference\[|turn\d{1,3}(?:search|news|view|file)\d|[\ue200-\ue202]|【\d{1,4}†/gu,
  ],
  ['model_speaks', /\bas an? (?:AI|artificial intelligence|large) (?:language )?(?:model|assistant)\b/giu],
];

/** Every trace in the text, with its number of places in `detail`; linear in the length of the text. */
export function artefactsIn(text: string): readonly Evidence[] {
  const found: Evidence[] = [];
  // A byte order mark at the start is an encoding's, not a trace.
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  for (const [name, pattern] of traces) {
    const count = countOf(pattern, body);
    if (count > 0) found.push({ name, block: 'text', weight: 0, detail: String(count) });
  }
  if (opensWithPreamble(body))
    found.push({ name: 'chat_preamble', block: 'text', weight: weights.chatPreamble });
  return found;
}

function countOf(pattern: RegExp, text: string): number {
  let count = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) count += 1;
  return count;
}
