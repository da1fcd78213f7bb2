import { readFile } from 'node:fs/promises';
import { decodeDocument } from '@ballast/document';
import type { Document } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { ErrorKind } from '@ballast/stage';

/** Errors of the reference file. */
export const referenceErrors = {
  unreadable: {
    code: 'BALLAST_OVERSAMPLE_REFERENCE',
    exit: 66,
    fix: 'give a JSON Lines file of trusted human documents, each with at least `text`',
  },
} as const satisfies { readonly [name: string]: ErrorKind };

/** Reads the reference: JSON Lines of trusted human documents. No path, no reference. Throws BALLAST_OVERSAMPLE_REFERENCE. */
export async function readReference(path: string | undefined): Promise<readonly Document[] | undefined> {
  if (path === undefined) return undefined;
  const content = await readFile(path).catch((cause: unknown) => {
    throw new BallastError(referenceErrors.unreadable, `readReference: cannot read ${path}`, { cause });
  });
  const documents: Document[] = [];
  for (const [index, line] of content.toString('utf8').split('\n').entries()) {
    if (line.trim() === '') continue;
    const position = { topic: 'reference', partition: 0, offset: BigInt(index) };
    const { document, unreadable } = decodeDocument(Buffer.from(line), position);
    if (document === undefined)
      throw new BallastError(
        referenceErrors.unreadable,
        `readReference: ${path}:${index + 1} is ${unreadable}`,
      );
    documents.push(document);
  }
  return documents;
}
