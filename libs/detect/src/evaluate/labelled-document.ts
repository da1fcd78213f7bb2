import { z } from 'zod';
import { labelledRowSchema } from '../train/corpus.ts';
import type { LabelledDocument } from './report.ts';

const idSchema = labelledRowSchema.shape.id.optional();

const rowSchema = labelledRowSchema.extend({
  id: idSchema,
  /** What a rewritten text was made with; beside it `of`, the id of the text it was made from. */
  attack: z.string().min(1).optional(),
  of: idSchema,
});

/** A labelled document of one row of a file; undefined where the row is none. */
export function labelledDocument(row: unknown): LabelledDocument | undefined {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) return undefined;
  const { id, text, label, domain, source = 'unknown', attack, of } = parsed.data;
  return {
    id,
    text,
    isSynthetic: label !== 'human',
    domain: domain ?? source,
    source,
    rewritten: attack === undefined ? undefined : { attack, of },
  };
}
