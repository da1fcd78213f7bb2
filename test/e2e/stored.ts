import { readShard } from '@ballast/shard';
import { committedFiles } from '../bench/committed.ts';

/** A row of data/ or refused/, as far as these tests look at it. */
export interface StoredRow {
  readonly kind: 'data' | 'refused';
  readonly id: string;
  readonly text: string;
  readonly source: string;
  readonly lane: string | null;
  readonly pool: string | null;
  readonly verify: string | null;
  /** `keep`, or what was said instead. */
  readonly action: string;
  readonly reason: string;
  readonly metadata: string | null;
  readonly lang: string | null;
  readonly url: string | null;
  /** Offset within its ingest partition: with one partition, the line number from 0. */
  readonly offset: number;
}

/** Every document in the table, without its granted repeats. */
export async function readStored(root: string): Promise<readonly StoredRow[]> {
  const rows: StoredRow[] = [];
  for (const kind of ['data', 'refused'] as const) {
    for (const file of committedFiles(root, kind)) {
      for await (const row of readShard(file, kind)) {
        if (row.repeat_index !== 0) continue;
        const { id, text, source, lane, pool, verify, metadata, lang, url } = row;
        const said =
          'action' in row
            ? { action: row.action ?? '', reason: row.reason ?? '' }
            : { action: 'keep', reason: '' };
        const offset = Number(row.position_offset);
        rows.push({
          kind,
          offset,
          id: id ?? '',
          text: text ?? '',
          source: source ?? '',
          lane,
          pool,
          verify,
          metadata,
          lang,
          url,
          ...said,
        });
      }
    }
  }
  return rows;
}

/** Ids of the kept documents. */
export async function readKeptIds(root: string): Promise<ReadonlySet<string>> {
  const rows = await readStored(root);
  return new Set(rows.filter(({ action }) => action === 'keep').map(({ id }) => id));
}
