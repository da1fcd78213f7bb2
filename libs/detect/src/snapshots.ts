import { BallastError } from '@ballast/stage';
import type { Json } from '@ballast/stage';
import type { z } from 'zod';
import { detectErrors } from './errors.ts';

/** A published value and the version that verdicts name. */
export interface Snapshot {
  readonly version: string;
  readonly value: Json;
}

/**
 * Where values that span partitions are published (protocol P7). A published version is immutable:
 * `read(name)` gives the latest, and what verdicts name (`calibration`, `prevalence`) must stay readable
 * under its version for as long as the table lives. Of `prevalence/…` names only the latest matters.
 */
export interface SnapshotStore {
  /** The latest version of a name; undefined when nothing was ever published under it. */
  read(name: string): Promise<Snapshot | undefined>;
  /** Makes a value durable and gives its version, unique within the name; the same value may get the same version. */
  publish(name: string, value: Json): Promise<string>;
  /** Every published name that starts with `prefix`, in a fixed order. */
  list(prefix: string): Promise<readonly string[]>;
}

/** A store as those see it that publish nothing. */
export type PublishedReader = Pick<SnapshotStore, 'read' | 'list'>;

/** Scores of the canaries, per family. */
export const calibrationName = 'calibration';
/** Estimates per family: what verdicts are made from. */
export const prevalenceName = 'prevalence';
/** Windows over a look at the arrivals before the stage started. */
export const surveyName = 'prevalence/survey';
/** Windows of each input partition, under `<topic>/<partition>`. */
export const windowsPrefix = 'prevalence/windows/';

/** Reads and checks a snapshot. Throws BALLAST_DETECT_SNAPSHOT when it has another shape. */
export async function readSnapshot<S extends z.ZodType>(
  store: SnapshotStore,
  name: string,
  schema: S,
): Promise<{ readonly version: string; readonly value: z.infer<S> } | undefined> {
  const snapshot = await store.read(name);
  if (snapshot === undefined) return undefined;
  const result = schema.safeParse(snapshot.value);
  if (result.success) return { version: snapshot.version, value: result.data };
  throw new BallastError(
    detectErrors.snapshotInvalid,
    `readSnapshot: ${name}@${snapshot.version} cannot be read: ${result.error.issues[0]?.message ?? 'unknown shape'}`,
    { cause: result.error },
  );
}
