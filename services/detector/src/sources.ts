import { readFile } from 'node:fs/promises';
import { detectErrors, sourcesInList } from '@ballast/detect';
import type { Pipeline, SourceEntry } from '@ballast/document';
import { BallastError } from '@ballast/stage';

/**
 * The source registry of a pipeline: `sources`, then the lines of every `detector.sourceLists` file.
 * Throws BALLAST_DETECT_SOURCE_LIST, exit 78, for a file that cannot be read or names nothing.
 */
export async function readSources(pipeline: Pipeline): Promise<readonly SourceEntry[]> {
  const entries: SourceEntry[] = [...pipeline.sources];
  for (const { file, ...entry } of pipeline.detector.sourceLists) {
    const refuse = (what: string, options?: ErrorOptions): BallastError =>
      new BallastError(detectErrors.sourceListInvalid, `readSources: ${file} ${what}`, options);
    const content = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw refuse('cannot be read', { cause });
    });
    const names = sourcesInList(content);
    if (names.length === 0) throw refuse('names no source');
    for (const match of names) entries.push({ ...entry, match });
  }
  return entries;
}
