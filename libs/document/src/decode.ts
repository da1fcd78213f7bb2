import { z } from 'zod';
import { checkSchema, declaredSchema, maxDocumentBytes, maxMetadataDepth } from './document.ts';
import type { Document, Unreadable } from './document.ts';
import type { Position } from './position.ts';

const wireSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  text: z.string(),
  source: z.string().optional(),
  url: z.string().optional(),
  created: z.string().optional(),
  captured: z.string().optional(),
  lang: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  declared: declaredSchema.optional(),
  check: checkSchema.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

const known: ReadonlySet<string> = new Set(Object.keys(wireSchema.shape));
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A document, or the one reason why the bytes hold none. */
export type Decoded =
  | { readonly document: Document; readonly unreadable?: undefined }
  | { readonly document?: undefined; readonly unreadable: Unreadable };

/**
 * Reads the immutable bytes of a message (UTF-8 JSON). A pure function of value and position:
 * every stage that reads the same message sees the same document or the same reason.
 * A missing `id` becomes the position, a missing `source` becomes `unknown`, null fields count
 * as absent, and fields that are not ours move to `metadata`. Never throws.
 */
export function decodeDocument(value: Uint8Array, position: Position): Decoded {
  if (value.byteLength === 0) return { unreadable: 'empty_value' };
  if (value.byteLength > maxDocumentBytes) return { unreadable: 'too_large' };
  let text: string;
  try {
    text = utf8.decode(value);
  } catch {
    return { unreadable: 'invalid_utf8' };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { unreadable: text.trim() === '' ? 'empty_value' : 'not_json' };
  }
  return readObject(parsed, position);
}

function readObject(parsed: unknown, position: Position): Decoded {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { unreadable: 'not_an_object' };
  }
  if (isDeeper(parsed, maxMetadataDepth)) return { unreadable: 'too_deep' };
  const present = Object.entries(parsed).filter(([, field]) => field !== null);
  const ours = Object.fromEntries(present.filter(([name]) => known.has(name)));
  if (ours['text'] === undefined) return { unreadable: 'missing_text' };
  const result = wireSchema.safeParse(ours);
  if (!result.success) return { unreadable: 'wrong_types' };
  const wire = result.data;
  if (!wire.text.isWellFormed()) return { unreadable: 'lone_surrogate' };
  const foreign = present.filter(([name]) => !known.has(name));
  // Object.fromEntries defines properties, so a field named __proto__ stays plain data.
  const metadata =
    foreign.length === 0
      ? wire.metadata
      : Object.fromEntries([...Object.entries(wire.metadata ?? {}), ...foreign]);
  return {
    document: {
      ...wire,
      id: (wire.id === undefined
        ? `${position.topic}/${position.partition}/${position.offset}`
        : String(wire.id)
      ).toWellFormed(),
      source: (wire.source ?? 'unknown').toWellFormed(),
      metadata,
    },
  };
}

/** Walks without recursion, so that 10^5 levels cannot exhaust the stack. */
function isDeeper(root: object, limit: number): boolean {
  let level: object[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    const below: object[] = [];
    for (const node of level) {
      for (const child of Object.values(node)) {
        if (typeof child === 'object' && child !== null) below.push(child);
      }
    }
    level = below;
  }
  return false;
}
