import type { LabelledDocument } from '@ballast/detect/evaluate';
import { labelledRowSchema } from '@ballast/detect/train';
import { jsonLines } from '../input/index.ts';

/** Labelled documents of a file, and how many lines are none. */
export interface Labelled {
  readonly documents: readonly LabelledDocument[];
  readonly malformed: number;
}

/** Reads JSON Lines of `text`, `label` and, when known, `domain` (else `source`). Bad lines are counted. */
export async function readLabelled(files: readonly string[]): Promise<Labelled> {
  const rowSchema = labelledRowSchema.omit({ id: true });
  const documents: LabelledDocument[] = [];
  let malformed = 0;
  for await (const { value } of jsonLines(files)) {
    const parsed = rowSchema.safeParse(value);
    if (!parsed.success) malformed += 1;
    else {
      const { text, label, domain, source = 'unknown' } = parsed.data;
      documents.push({ text, isSynthetic: label !== 'human', domain: domain ?? source, source });
    }
  }
  return { documents, malformed };
}
