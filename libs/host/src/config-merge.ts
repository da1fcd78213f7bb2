import type { pipelineSchema } from '@ballast/document';
import type { z } from 'zod';

type DeepPartial<T> = T extends readonly (infer E)[]
  ? readonly E[]
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

/** Values from the command line that stand above the file: sections are merged, lists replaced, undefined ignored. */
export type PipelineOverrides = DeepPartial<z.input<typeof pipelineSchema>>;

/** What lies above a value wins: sections are merged key by key, anything else is replaced. */
export function merge(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isSection(above)) return above;
  if (below !== undefined && !isSection(below)) return Object.keys(above).length === 0 ? below : above;
  const names = new Set([...Object.keys(below ?? {}), ...Object.keys(above)]);
  return Object.fromEntries([...names].map((name) => [name, merge(own(below, name), own(above, name))]));
}

/** The value at a path of plain data; undefined where there is none. Inherited properties do not count. */
export function read(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(own, value);
}

/** True if the overrides set the value at this path. */
export function has(overrides: unknown, path: readonly PropertyKey[]): boolean {
  return path.length > 0 && read(overrides, path) !== undefined;
}

function own(value: unknown, name: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.entries(value).find(([key]) => key === String(name))?.[1];
}

function isSection(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
