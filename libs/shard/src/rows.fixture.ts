import type { DataRow } from './columns.ts';

/** A row for tests, `changes` over plain defaults. */
export function dataRow(changes: Partial<DataRow> = {}): DataRow {
  return {
    text: 'A plain sentence.',
    id: 'a',
    metadata: null,
    source: 'docs',
    url: null,
    lang: 'en',
    created: null,
    captured: null,
    licence: null,
    generator: null,
    stratum: 'docs',
    origin: 'human',
    pool: 'anchor',
    lane: 'human',
    p_synthetic: 0,
    p_synthetic_upper: 0,
    calibration_error: 0,
    verify: 'none',
    repeat_index: 0,
    repeats_granted: 1,
    weight: 1,
    token_count: 4,
    text_bytes: 17,
    generation: 0,
    unit: 0,
    position_topic: 'documents.raw',
    position_partition: 0,
    position_offset: 0n,
    replay_of: null,
    text_edits: null,
    verdicts: '{}',
    ...changes,
  };
}
