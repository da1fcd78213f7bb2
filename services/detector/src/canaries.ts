import { readFile } from 'node:fs/promises';
import { detectErrors, parseCanary } from '@ballast/detect';
import type { Canary } from '@ballast/detect';
import { BallastError } from '@ballast/stage';

/**
 * Reads canaries: JSON Lines of documents with `label: human | synthetic`. No path, no canaries.
 * Throws BALLAST_DETECT_CANARY, naming file and line.
 */
export async function readCanaries(path: string | undefined): Promise<readonly Canary[]> {
  if (path === undefined) return [];
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BallastError({ ...detectErrors.canaryInvalid, exit: 66 }, `readCanaries: cannot read ${path}`, {
      cause,
    });
  });
  return parseCanaries(content, path);
}

/** The canaries of a file's content. Throws BALLAST_DETECT_CANARY, naming file and line. */
export function parseCanaries(content: string, path: string): readonly Canary[] {
  return content
    .split('\n')
    .map((line, index) => ({ line, where: `${path}:${index + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, where }) => parseCanary(parseLine(line, where), where));
}

function parseLine(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new BallastError(detectErrors.canaryInvalid, `readCanaries: ${where} is not JSON`, { cause });
  }
}
