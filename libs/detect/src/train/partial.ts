import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { HeadName } from '../model/card.ts';
import type { TrainedHead } from './head.ts';

const folderName = '.partial';

const headerSchema = z.object({
  key: z.string(),
  idfScale: z.number(),
  bias: z.number(),
  buckets: z.number().int(),
  examples: z.number().int(),
});

/** A finished head of an interrupted run with the same key, or undefined. Never throws: it is then trained again. */
export async function readPartial(
  out: string,
  name: HeadName,
  key: string,
): Promise<TrainedHead | undefined> {
  try {
    const header = headerSchema.parse(JSON.parse(await readFile(headerPath(out, name), 'utf8')));
    const body = await readFile(bodyPath(out, name));
    const { buckets, examples } = header;
    if (header.key !== key || body.byteLength !== 16 * examples + 3 * buckets) return undefined;
    // A copy starts at an aligned offset, whatever buffer the file was read into.
    const { buffer } = Uint8Array.from(body);
    return {
      idfScale: header.idfScale,
      bias: header.bias,
      unseen: new Float64Array(buffer, 0, examples),
      validation: new Float64Array(buffer, 8 * examples, examples),
      tables: {
        name,
        weights: new Uint16Array(buffer, 16 * examples, buckets),
        idf: new Uint8Array(buffer, 16 * examples + 2 * buckets, buckets),
      },
    };
  } catch {
    return undefined;
  }
}

/** Keeps a finished head, so that an interrupted run goes on after it. The header is written last. */
export async function writePartial(
  out: string,
  name: HeadName,
  key: string,
  head: TrainedHead,
): Promise<void> {
  await mkdir(join(out, folderName), { recursive: true });
  const { tables, unseen, validation } = head;
  const parts = [unseen, validation, tables.weights, tables.idf];
  await rm(headerPath(out, name), { force: true });
  await writeFile(
    bodyPath(out, name),
    Buffer.concat(
      parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
    ),
  );
  const header = {
    key,
    idfScale: head.idfScale,
    bias: head.bias,
    buckets: tables.idf.length,
    examples: unseen.length,
  };
  await writeFile(`${headerPath(out, name)}.new`, JSON.stringify(header));
  await rename(`${headerPath(out, name)}.new`, headerPath(out, name));
}

/** Removes what interrupted runs left. */
export async function clearPartial(out: string): Promise<void> {
  await rm(join(out, folderName), { recursive: true, force: true });
}

const headerPath = (out: string, name: HeadName): string => join(out, folderName, `${name}.json`);
const bodyPath = (out: string, name: HeadName): string => join(out, folderName, `${name}.bin`);
