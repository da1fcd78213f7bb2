import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { detect } from '@ballast/detect';
import type { Snapshot, SnapshotStore } from '@ballast/detect';
import { openScorer } from '@ballast/detect/onnx';
import { decodeDocument, pipelineSchema } from '@ballast/document';
import type { Verdict } from '@ballast/document';
import { oversample } from '@ballast/oversample';
import type { Json, Record, Stage } from '@ballast/stage';
import { memoryIndex, verify } from '@ballast/verify';

/** Documents per CPU-second over several runs. */
export interface Rate {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

const batchSize = 256;
const encoder = new TextEncoder();
const signal = new AbortController().signal;

/** Measures each stage alone, in this process, over the same documents; and the floor. */
export async function measureStages(
  lines: readonly string[],
  runs: number,
): Promise<{ readonly [name: string]: Rate }> {
  const values = lines.map((line) => encoder.encode(line));
  const raw = values.map((value, index) => recordOf(value, index));
  const scorer = await openScorer(fileURLToPath(new URL('../../libs/detect/model', import.meta.url)));
  const pipeline = pipelineSchema.parse({ sources: [{ match: '*', family: 'open' }] });
  const options = {
    scorer,
    pipeline: pipeline.detector,
    sources: pipeline.sources,
    canaries: [],
    trustOf: () => new Set<never>(),
  };
  const detected = await withVerdicts(detect({ ...options, store: new MemoryStore() }), raw);
  const open: { readonly [name: string]: () => Promise<readonly [Stage, readonly Record[]]> } = {
    detect: async () => [detect({ ...options, store: new MemoryStore() }), raw],
    verify: async () => [
      verify({
        pipeline: pipeline.verify,
        trustOf: () => new Set<never>(),
        index: await memoryIndex({ table: 'bench' }),
        sandbox: undefined,
      }),
      detected,
    ],
    oversample: async () => [oversample({ pipeline: pipeline.oversampler, reference: undefined }), detected],
  };
  const rates: { [name: string]: Rate } = {
    'floor: parse + SHA-256': await rate(runs, lines.length, async () => () => floor(values)),
    'decode + schema': await rate(
      runs,
      lines.length,
      async () => async () => void values.map((value, index) => recordOf(value, index)),
    ),
  };
  for (const [name, opened] of Object.entries(open)) {
    rates[name] = await rate(runs, lines.length, async () => {
      const [stage, records] = await opened();
      stage.state?.restore({ topic: 'documents.raw', partition: 0 }, undefined);
      return async () => void (await withVerdicts(stage, records));
    });
  }
  await scorer.close();
  return rates;
}

async function rate(
  runs: number,
  documents: number,
  prepare: () => Promise<() => Promise<void>>,
): Promise<Rate> {
  const rates: number[] = [];
  await (
    await prepare()
  )();
  for (let run = 0; run < runs; run += 1) {
    const work = await prepare();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    rates.push(documents / ((user + system) / 1e6));
  }
  rates.sort((a, b) => a - b);
  return { min: rates[0] ?? 0, median: rates[rates.length >> 1] ?? 0, max: rates.at(-1) ?? 0 };
}

async function floor(values: readonly Uint8Array[]): Promise<void> {
  const decoder = new TextDecoder();
  for (const value of values) {
    JSON.parse(decoder.decode(value));
    createHash('sha256').update(value).digest();
  }
}

function recordOf(value: Uint8Array, index: number): Record {
  const position = { topic: 'documents.raw', partition: 0, offset: BigInt(index) };
  const { document } = decodeDocument(value, position);
  if (document === undefined) throw new Error('bench: a generated document cannot be read');
  return {
    position,
    read: position,
    previous: undefined,
    value,
    verdicts: {},
    document,
    unreadable: undefined,
  };
}

async function withVerdicts(stage: Stage, records: readonly Record[]): Promise<readonly Record[]> {
  const verdicts: Verdict[] = [];
  for (let start = 0; start < records.length; start += batchSize) {
    verdicts.push(...(await stage.process(records.slice(start, start + batchSize), signal)));
  }
  return records.map((record, index) => ({
    ...record,
    verdicts: { ...record.verdicts, [stage.name]: verdicts[index] },
  }));
}

class MemoryStore implements SnapshotStore {
  readonly #values = new Map<string, Snapshot>();

  async read(name: string): Promise<Snapshot | undefined> {
    return this.#values.get(name);
  }

  async publish(name: string, value: Json): Promise<string> {
    const version = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
    this.#values.set(name, { version, value });
    return version;
  }

  async list(prefix: string): Promise<readonly string[]> {
    return [...this.#values.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  }
}
