import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalise, detectErrors, parseCanary, routeText, sourceRegistry } from '@ballast/detect';
import type { Canary } from '@ballast/detect';
import { readCanaries } from '@ballast/detector/open';
import type { SourceEntry } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import { jsonLines } from '../input/index.ts';

/** What is added, and to what. */
export interface AddCanaries {
  /** JSON Lines of documents. */
  readonly files: readonly string[];
  /** The canaries file, created when it is not there. */
  readonly into: string;
  /** Set on every line, over what the line says; undefined: the line's own. */
  readonly label: Canary['label'] | undefined;
  readonly source: string | undefined;
  readonly family: string | undefined;
  /** The source registry, which says what family a source belongs to. */
  readonly sources: readonly SourceEntry[];
}

/** What came of it. */
export interface AddedCanaries {
  readonly added: number;
  /** Lines whose text the family has under the same label already. */
  readonly known: number;
  /** Those of `added` that the model does not judge; they speak for texts of their own kind alone. */
  readonly unjudged: { readonly short: number; readonly unsupported: number; readonly code: number };
}

/**
 * Adds documents of known origin to a canaries file. All or nothing: the file is replaced whole and is on
 * the disk when this resolves. Throws BALLAST_DETECT_CANARY for a line that is no canary, for a text that
 * its family already has under the other label, and while somebody else adds to the same file.
 */
export async function addCanaries(options: AddCanaries): Promise<AddedCanaries> {
  const { into } = options;
  await mkdir(dirname(into), { recursive: true });
  const beside = `${into}.inprogress`;
  // Held from before the file is read until it is replaced: two that add at once cannot lose each other's.
  const handle = await open(beside, 'wx').catch((cause: unknown) => {
    if (!existsSync(beside)) throw cause;
    throw new BallastError(
      detectErrors.canaryInvalid,
      `addCanaries: ${beside} is there: somebody else is adding; if not, a killed command left it, remove it`,
      { cause },
    );
  });
  let isReplaced = false;
  try {
    const { present, fresh, known } = await readNew(options);
    if (fresh.length > 0) {
      await replace(into, beside, handle, [...present, ...fresh]);
      isReplaced = true;
    }
    return { added: fresh.length, known, unjudged: unjudgedOf(fresh) };
  } finally {
    await handle.close();
    // Once it has become the file, the name may be the next one's already.
    if (!isReplaced) await rm(beside, { force: true });
  }
}

/** What the file holds, and what the inputs add to it. */
async function readNew(options: AddCanaries): Promise<{
  readonly present: readonly Canary[];
  readonly fresh: readonly Canary[];
  readonly known: number;
}> {
  const { files, into, sources } = options;
  const registry = sourceRegistry(sources);
  const present = existsSync(into) ? await readCanaries(into) : [];
  const familyOf = (canary: Canary): string => canary.family ?? registry(canary).family;
  const labels = new Map(present.map((canary) => [keyOf(canary, familyOf(canary)), canary.label]));
  const fresh: Canary[] = [];
  let known = 0;
  for await (const { value, error, where } of jsonLines(files)) {
    if (error !== undefined)
      throw new BallastError(detectErrors.canaryInvalid, `addCanaries: ${where} is not JSON`, {
        cause: error,
      });
    const canary = parseCanary(withFields(value, options), where);
    const key = keyOf(canary, familyOf(canary));
    const label = labels.get(key);
    if (label !== undefined && label !== canary.label) {
      throw new BallastError(
        detectErrors.canaryInvalid,
        `addCanaries: ${where}: family ${familyOf(canary)} has this text as ${label}, and here it is ${canary.label}`,
      );
    }
    if (label === undefined) fresh.push(canary);
    else known += 1;
    labels.set(key, canary.label);
  }
  return { present, fresh, known };
}

function keyOf({ text }: Canary, family: string): string {
  return JSON.stringify([family, createHash('sha256').update(text).digest('hex')]);
}

function unjudgedOf(canaries: readonly Canary[]): AddedCanaries['unjudged'] {
  const counts = { short: 0, unsupported: 0, code: 0 };
  for (const { text } of canaries) {
    const route = routeText(canonicalise(text));
    if (route !== 'english') counts[route] += 1;
  }
  return counts;
}

function withFields(parsed: unknown, { label, source, family }: AddCanaries): unknown {
  if (typeof parsed !== 'object' || parsed === null) return parsed;
  return {
    ...parsed,
    ...(label === undefined ? {} : { label }),
    ...(source === undefined ? {} : { source }),
    ...(family === undefined ? {} : { family }),
  };
}

/** A detector that starts meanwhile reads the file of before or of after, never half of it. */
async function replace(
  file: string,
  beside: string,
  handle: FileHandle,
  canaries: readonly Canary[],
): Promise<void> {
  await handle.writeFile(canaries.map((canary) => `${JSON.stringify(canary)}\n`).join(''));
  await handle.sync();
  await rename(beside, file);
  await using folder = await open(dirname(file), 'r');
  await folder.sync();
}
