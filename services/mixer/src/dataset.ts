import { join } from 'node:path';
import { parseTopicPartition } from '@ballast/document';
import type { Pipeline } from '@ballast/document';
import { configHash } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { openTopics } from '@ballast/stage/embedded';
import type { EmbeddedTopics } from '@ballast/stage/embedded';
import { openTable } from '@ballast/table';
import type { LogState, Table } from '@ballast/table';
import { mixerErrors } from './errors.ts';

/** A dataset root with its embedded state. */
export interface Dataset extends AsyncDisposable {
  /** Holds data/ and refused/. */
  readonly root: string;
  /** Holds the topics and the index of first-seen texts. */
  readonly stateDir: string;
  readonly tableId: string;
  readonly topics: EmbeddedTopics;
  /** Both logs of the table. */
  readonly table: Table;
}

/** How a dataset is opened. */
export interface DatasetOptions {
  /** Folder of the embedded state; default `_state` below the root. */
  readonly state?: string | undefined;
  /** Partitions of every topic, when the state is new. */
  readonly partitions?: number | undefined;
  /** Called at named points between write, flush and ack, so that crash tests can end the process there. */
  readonly failAt?: (point: string) => void;
}

/**
 * Opens the table below `root` and the state bound to it, creating what is missing. Throws exit 74, and 65
 * when the state is another table's or older than the table (BALLAST_MIXER_STATE_BEHIND).
 */
export async function openDataset(
  root: string,
  pipeline: Pipeline,
  options: DatasetOptions = {},
): Promise<Dataset> {
  const limits = { ...pipeline.mixer.caps, repeatedTokens: pipeline.mixer.repeatedTokensMax };
  const table = await openTable(root, {
    limits,
    configSha256: configHash(pipeline),
  });
  const { tableId, dataState, refusedState } = table;
  const stateDir = options.state ?? join(root, '_state');
  const { partitions, failAt } = options;
  const topics = await openTopics(stateDir, {
    tableId,
    ...(partitions === undefined ? {} : { partitions }),
    ...(failAt === undefined ? {} : { failAt }),
  });
  try {
    for (const state of [dataState, refusedState]) assertNotBehind(topics, state, stateDir);
  } catch (error) {
    await topics.close();
    throw error;
  }
  return { root, stateDir, tableId, topics, table, [Symbol.asyncDispose]: () => topics.close() };
}

/**
 * A topic that is shorter than what the table consumed of it was created again: the next documents would
 * come at offsets that the table takes for consumed, and be lost.
 */
function assertNotBehind(topics: EmbeddedTopics, { offsets }: LogState, stateDir: string): void {
  for (const [name, { next }] of offsets) {
    const input = parseTopicPartition(name);
    const end = input.partition < topics.partitions ? topics.endOffset(input) : 0n;
    if (end < next)
      throw new BallastError(
        mixerErrors.stateBehind,
        `the table has consumed ${name} up to ${next}, and it ends at ${end} in ${stateDir}`,
      );
  }
}
