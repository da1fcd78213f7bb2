import { resolve } from 'node:path';
import type { Pipeline, Trust } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import { ingestRows } from '@ballast/stage/embedded';
import type { EmbeddedTopics, Row } from '@ballast/stage/embedded';
import { openInput } from '../input/index.ts';
import { parquetRows } from './parquet-rows.ts';

/** What came of one input. */
export interface InputReport {
  readonly file: string;
  /** Its ingest topic; absent when nothing could be read. */
  readonly topic?: string;
  /** Rows in the topic, and those that this run added. */
  readonly rows: number;
  readonly added: number;
  /** Why the rest could not be read; what was readable is in. */
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly exit: number;
    readonly fix: string;
  };
}

/** How inputs are read. */
export interface IngestOptions {
  readonly files: readonly string[];
  readonly pipeline: Pipeline;
  readonly signal: AbortSignal;
  /** Rows added so far, over all inputs. */
  readonly onRows?: (added: number) => void;
  /** Called before each row is handed on, to pace a demonstration. */
  readonly pace?: () => Promise<void>;
}

/**
 * Reads every input into its own topic, one after the other, or all at once when they are paced, so that
 * their rows mix as those of streams do. An input that fails does not stop the others.
 */
export async function ingestFiles(
  topics: EmbeddedTopics,
  options: IngestOptions,
): Promise<readonly InputReport[]> {
  const added = new Map<string, number>();
  const read = (file: string): Promise<InputReport> =>
    ingestFile(topics, file, options, (rows) => {
      added.set(file, rows);
      options.onRows?.([...added.values()].reduce((sum, count) => sum + count, 0));
    });
  if (options.pace !== undefined) return await Promise.all(options.files.map(read));
  const reports: InputReport[] = [];
  for (const file of options.files) {
    if (options.signal.aborted) break;
    reports.push(await read(file));
  }
  return reports;
}

async function ingestFile(
  topics: EmbeddedTopics,
  file: string,
  options: IngestOptions,
  onAdded: (added: number) => void,
): Promise<InputReport> {
  let last: { topic: string; rows: number; added: number } | undefined;
  try {
    return {
      file,
      ...pick(
        await ingestRows(topics, {
          path: file,
          trusted: trustedOf(options.pipeline, file),
          rows: () => paced(openInput(file, { parquet: parquetRows }), options.pace),
          signal: options.signal,
          onProgress: (progress) => {
            last = progress;
            onAdded(progress.added);
          },
        }),
      ),
    };
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    const { code, message, exit, fix } = error;
    return {
      file,
      rows: 0,
      added: 0,
      ...(last === undefined ? {} : pick(last)),
      error: { code, message, exit, fix },
    };
  }
}

function pick({
  topic,
  rows,
  added,
}: {
  topic: string;
  rows: number;
  added: number;
}): Pick<InputReport, 'rows' | 'added'> & { topic: string } {
  return { topic, rows, added };
}

/** What pipeline.yaml says this file is trusted for; `./a` and `a` are one file. */
function trustedOf(pipeline: Pipeline, file: string): readonly Trust[] {
  return (
    pipeline.ingest.find((entry) => entry.file !== undefined && resolve(entry.file) === resolve(file))
      ?.trusted ?? []
  );
}

async function* paced(
  rows: AsyncIterable<Row>,
  pace: (() => Promise<void>) | undefined,
): AsyncGenerator<Row> {
  for await (const row of rows) {
    await pace?.();
    yield row;
  }
}
