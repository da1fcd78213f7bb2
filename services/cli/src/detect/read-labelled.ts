import type { LabelledDocument } from '@ballast/detect/evaluate';
import { labelledRowSchema } from '@ballast/detect/train';
import { openInput } from '../input/index.ts';

/** Labelled documents of a file, and how many lines are none. */
export interface Labelled {
  readonly documents: readonly LabelledDocument[];
  readonly malformed: number;
}

/** Reads JSON Lines of `text`, `label` and, when known, `domain` (else `source`). Bad lines are counted. */
export async function readLabelled(files: readonly string[]): Promise<Labelled> {
  const decoder = new TextDecoder();
  const documents: LabelledDocument[] = [];
  let malformed = 0;
  for (const file of files) {
    for await (const { bytes } of openInput(file)) {
      const parsed = labelledRowSchema.omit({ id: true }).safeParse(parseLine(decoder.decode(bytes)));
      if (!parsed.success) malformed += 1;
      else {
        const { text, label, domain, source = 'unknown' } = parsed.data;
        documents.push({ text, isSynthetic: label !== 'human', domain: domain ?? source, source });
      }
    }
  }
  return { documents, malformed };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
