import { readFile } from 'node:fs/promises';
import type { Canary } from '@ballast/detect';
import { BallastError } from '@ballast/stage';
import type { ErrorKind } from '@ballast/stage';

/**
 * Reads canaries: JSON Lines of documents with `label: human | synthetic`. No path, no canaries.
 * Throws BALLAST_DETECT_CANARY, naming file and line.
 */
export async function readCanaries(path: string | undefined): Promise<readonly Canary[]> {
  if (path === undefined) return [];
  const { detectErrors, parseCanary } = await import('@ballast/detect');
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BallastError({ ...detectErrors.canaryInvalid, exit: 66 }, `readCanaries: cannot read ${path}`, {
      cause,
    });
  });
  return content
    .split('\n')
    .map((line, index) => ({ line, where: `${path}:${index + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, where }) => parseCanary(parseLine(line, where, detectErrors.canaryInvalid), where));
}

function parseLine(line: string, where: string, invalid: ErrorKind): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new BallastError(invalid, `readCanaries: ${where} is not JSON`, { cause });
  }
}
