import { readFooter, readShard } from '@ballast/shard';
import type { DataRow } from '@ballast/shard';
import { Float64, Int32, RecordBatch, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import type { Data, DataType } from 'apache-arrow';

/** Bytes of the end marker of a stream: a continuation of 0xFFFFFFFF and a length of 0. */
const endBytes = 8;

/**
 * A shard in Arrow's IPC streaming format: schema, one record batch per row group, end marker; columns
 * text, id, token_count, weight. One group is in memory at a time. The caps hold in runs of whole row
 * groups, so none is cut. A stream is a plain sequence of messages (Arrow columnar format, "IPC
 * Streaming Format"), hence each batch is written as a stream of its own and loses head and end.
 */
export async function* arrowStream(path: string): AsyncGenerator<Uint8Array> {
  const { groups } = await readFooter(path);
  const empty = encode([]);
  const schemaBytes = empty.byteLength - endBytes;
  yield empty.subarray(0, schemaBytes);
  const rows = readShard(path, 'data');
  for (const size of groups) {
    const group: DataRow[] = [];
    while (group.length < size) {
      const { value, done } = await rows.next();
      if (done === true) throw new RangeError(`arrowStream: ${path} ends inside a row group`);
      group.push(value);
    }
    yield encode(group).subarray(schemaBytes, -endBytes);
  }
  yield empty.subarray(schemaBytes);
}

function encode(rows: readonly DataRow[]): Uint8Array {
  const batch = new RecordBatch({
    text: columnOf(
      new Utf8(),
      rows.map(({ text }) => text),
    ),
    id: columnOf(
      new Utf8(),
      rows.map(({ id }) => id),
    ),
    token_count: columnOf(
      new Int32(),
      rows.map(({ token_count: tokens }) => tokens),
    ),
    weight: columnOf(
      new Float64(),
      rows.map(({ weight }) => weight),
    ),
  });
  return tableToIPC(new Table(batch.schema, rows.length === 0 ? [] : [batch]), 'stream');
}

function columnOf<T extends DataType>(type: T, values: readonly unknown[]): Data<T> {
  const [data] = vectorFromArray(values, type).data;
  if (data === undefined) throw new RangeError('columnOf: a vector without data');
  return data;
}
