import { labelledDocument } from '@ballast/detect/evaluate';
import type { LabelledDocument } from '@ballast/detect/evaluate';
import { jsonLines } from '../input/index.ts';

/** Labelled documents of a file, and how many lines are none. */
export interface Labelled {
  readonly documents: readonly LabelledDocument[];
  readonly malformed: number;
}

/** Reads JSON Lines of `text`, `label` and, when known, `domain` (else `source`). Bad lines are counted. */
export async function readLabelled(files: readonly string[]): Promise<Labelled> {
  const documents: LabelledDocument[] = [];
  let malformed = 0;
  for await (const { value } of jsonLines(files)) {
    const document = labelledDocument(value);
    if (document === undefined) malformed += 1;
    else documents.push(document);
  }
  return { documents, malformed };
}
