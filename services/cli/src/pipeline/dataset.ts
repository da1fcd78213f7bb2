import { join } from 'node:path';
import type { Pipeline } from '@ballast/document';
import { configHash } from '@ballast/host';
import { openTopics } from '@ballast/stage/embedded';
import type { EmbeddedTopics } from '@ballast/stage/embedded';
import { openTable } from '@ballast/table';
import { failPoint } from './fail-point.ts';

/** A dataset root with its embedded state. */
export interface Dataset extends AsyncDisposable {
  /** Holds data/ and refused/. */
  readonly root: string;
  /** Holds the topics and the index of first-seen texts. */
  readonly stateDir: string;
  readonly tableId: string;
  readonly topics: EmbeddedTopics;
}

/** Opens the table below `root` and the state bound to it, creating what is missing. Throws exit 74, 65. */
export async function openDataset(
  root: string,
  pipeline: Pipeline,
  options: { readonly state?: string | undefined; readonly partitions?: number | undefined } = {},
): Promise<Dataset> {
  const limits = { ...pipeline.mixer.caps, repeatedTokens: pipeline.mixer.repeatedTokensMax };
  const { tableId } = await openTable(root, { limits, configSha256: configHash(pipeline) });
  const stateDir = options.state ?? join(root, '_state');
  const { partitions } = options;
  const topics = await openTopics(stateDir, {
    tableId,
    failAt: failPoint,
    ...(partitions === undefined ? {} : { partitions }),
  });
  return { root, stateDir, tableId, topics, [Symbol.asyncDispose]: () => topics.close() };
}
