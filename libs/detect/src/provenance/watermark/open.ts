import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import type { Pipeline } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import type { ProvenanceProbe } from '../probe.ts';
import { sourceRegistry } from '../registry.ts';
import { watermarkErrors } from './errors.ts';
import { parseWatermarkKey, watermarkTest } from './key.ts';
import type { WatermarkKey, WatermarkTest } from './key.ts';
import { watermarkProbe } from './probe.ts';
import type { Watermark } from './probe.ts';

type Entry = Pipeline['detector']['watermarks'][number];

/**
 * Reads the keys and tokenizers of `detector.watermarks` into one probe.
 * Throws BallastError, both exit 78: BALLAST_DETECT_WATERMARK_KEY, BALLAST_DETECT_WATERMARK_TOKENIZER.
 */
export async function openWatermarks(entries: readonly Entry[]): Promise<ProvenanceProbe> {
  const tokenizers = new Map<string, OpenTokenizer>();
  const watermarks: Watermark[] = [];
  for (const entry of entries) {
    const { key, hash, test } = await openKey(entry);
    const path = resolve(entry.tokenizer);
    const tokenizer = tokenizers.get(path) ?? (await openTokenizer(path, entry.name));
    tokenizers.set(path, tokenizer);
    watermarks.push({
      name: entry.name,
      scheme: key.scheme,
      test,
      hash: sha256(hash, tokenizer.hash, JSON.stringify(entry.sources ?? null)),
      minTokens: key.minTokens,
      power: key.power,
      tokenizer: { name: path, idsOf: tokenizer.idsOf },
      ...(entry.sources === undefined ? {} : { appliesTo: matcher(entry.sources) }),
    });
  }
  return watermarkProbe(watermarks);
}

async function openKey(
  entry: Entry,
): Promise<{ readonly key: WatermarkKey; readonly hash: string; readonly test: WatermarkTest }> {
  const refuse = (what: string, cause?: unknown): BallastError =>
    new BallastError(
      watermarkErrors.key,
      `openWatermarks: "${entry.name}": ${what}`,
      cause === undefined ? {} : { cause },
    );
  const bytes = await read(entry.key, (cause) => refuse(`cannot read ${entry.key}`, cause));
  const json = parse(bytes, (cause) => refuse(`${entry.key} is not JSON`, cause));
  let key: WatermarkKey;
  try {
    key = parseWatermarkKey(entry.scheme, json);
  } catch (cause) {
    throw refuse(`${entry.key}: ${reasonOf(cause)}`, cause);
  }
  const tablePath = 'table' in key ? resolve(dirname(entry.key), key.table) : undefined;
  const table =
    tablePath === undefined
      ? undefined
      : await read(tablePath, (cause) => refuse(`cannot read the table ${tablePath}`, cause));
  try {
    return { key, hash: sha256(bytes, table ?? ''), test: watermarkTest(key, table) };
  } catch (cause) {
    throw refuse(`${entry.key}: ${reasonOf(cause)}`, cause);
  }
}

interface OpenTokenizer {
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
  readonly idsOf: (text: string) => readonly number[];
}

/**
 * Opens a tokenizer.json as the tests use it, without special tokens; `name` stands in messages.
 * Throws BALLAST_DETECT_WATERMARK_TOKENIZER, exit 78.
 */
export async function openTokenizer(path: string, name: string): Promise<OpenTokenizer> {
  const refuse = (what: string, cause: unknown): BallastError =>
    new BallastError(watermarkErrors.tokenizer, `openWatermarks: "${name}": ${what}`, { cause });
  const bytes = await read(path, (cause) => refuse(`cannot read ${path}`, cause));
  const json = parse(bytes, (cause) => refuse(`${path} is not JSON`, cause));
  try {
    if (typeof json !== 'object' || json === null) throw new TypeError('no object');
    // The generating model saw neither a prompt's nor a batch's marks among its own tokens.
    const tokenizer = new Tokenizer(json, {});
    const idsOf = (text: string): readonly number[] =>
      tokenizer.encode(text, { add_special_tokens: false }).ids;
    if (idsOf('A text of a few words.').length === 0) throw new TypeError('it finds no token in a sentence');
    return { hash: sha256(bytes), idsOf };
  } catch (cause) {
    throw refuse(`${path} is not a tokenizer.json that can be used: ${reasonOf(cause)}`, cause);
  }
}

/** Whether a document's source or domain matches one of the names, as the registry matches `match`. */
function matcher(sources: readonly string[]): NonNullable<Watermark['appliesTo']> {
  const registry = sourceRegistry(sources.map((match) => ({ match, trust: 'human' })));
  return (document) => registry(document).match !== undefined;
}

async function read(path: string, refuse: (cause: unknown) => BallastError): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw refuse(cause);
  }
}

function parse(bytes: Buffer, refuse: (cause: unknown) => BallastError): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw refuse(cause);
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
  return issue === undefined ? cause.message : `${issue.path.join('.') || 'the key'}: ${issue.message}`;
}

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(`${part.length}\0`);
    hash.update(part);
  }
  return hash.digest('hex');
}
