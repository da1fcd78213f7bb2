export * from './columns.ts';
export * from './row.ts';
export { editText, textPolicy } from './text-edits.ts';
export type { TextEdit } from './text-edits.ts';
export * from './writer.ts';
export { hyparquetWriters } from './hyparquet.ts';
export * from './reader.ts';
export { shardErrors } from './errors.ts';
export { makeDirectory, syncDirectory } from './directory.ts';
