import { z } from 'zod';
import { readSnapshot, surveyName, windowsPrefix } from '../snapshots.ts';
import type { SnapshotStore } from '../snapshots.ts';
import { addTo, countOf } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import { mergeArrivals, windowDocuments, Windows, windowsSchema } from './windows.ts';
import type { FamilyArrivals } from './windows.ts';

/** A look at the arrivals before the stage starts, so that its first documents are not judged blind. */
const surveySchema = z.object({
  windows: windowsSchema,
  /** Documents of each family that the stage had counted when the survey was taken. */
  counted: z.array(z.object({ family: z.string(), seen: z.int().nonnegative() })).readonly(),
});

/** Arrivals by family. */
export type Arrivals = ReadonlyMap<string, FamilyArrivals>;

/**
 * What is known of every family's arrivals: the windows of all partitions of the topics being read
 * (`own` ones as they are in memory, the others as last published), those of earlier topics as far as
 * the present ones are too short, and the survey until the stage has itself counted as much.
 */
export async function gatherArrivals(
  store: SnapshotStore,
  own: ReadonlyMap<string, Windows>,
): Promise<Arrivals> {
  const active = new Set([...own.keys()].map(topicOfName));
  const [present, earlier]: [Windows[], Windows[]] = [[...own.values()], []];
  for (const name of await store.list(windowsPrefix)) {
    const partition = name.slice(windowsPrefix.length);
    if (own.has(partition)) continue;
    const published = await readSnapshot(store, name, windowsSchema);
    if (published === undefined) continue;
    (active.has(topicOfName(partition)) ? present : earlier).push(Windows.from(published.value));
  }
  const counted = preferPresent(mergeArrivals(present), mergeArrivals(earlier));
  const survey = await readSnapshot(store, surveyName, surveySchema);
  return survey === undefined ? counted : withSurvey(counted, survey.value);
}

function topicOfName(partition: string): string {
  return partition.slice(0, partition.lastIndexOf('/'));
}

function preferPresent(present: Map<string, FamilyArrivals>, earlier: Arrivals): Map<string, FamilyArrivals> {
  for (const [family, old] of earlier) {
    const now = present.get(family);
    if (now === undefined) present.set(family, old);
    else {
      present.set(family, {
        short: countOf(now.short) >= windowDocuments.short ? now.short : sum(now.short, old.short),
        long: countOf(now.long) >= windowDocuments.long ? now.long : sum(now.long, old.long),
        seen: now.seen + old.seen,
      });
    }
  }
  return present;
}

/** A survey and the stage see the same documents: one of the two counts, never their sum. */
function withSurvey(counted: Map<string, FamilyArrivals>, survey: z.infer<typeof surveySchema>): Arrivals {
  const before = new Map(survey.counted.map(({ family, seen }) => [family, seen]));
  for (const [family, surveyed] of Windows.from(survey.windows).families()) {
    const now = counted.get(family);
    const since = (now?.seen ?? 0) - (before.get(family) ?? 0);
    if (now === undefined) counted.set(family, surveyed);
    else if (since < surveyed.seen) {
      const isShortFull = since >= Math.min(surveyed.seen, windowDocuments.short);
      counted.set(family, {
        short: isShortFull ? now.short : surveyed.short,
        long: surveyed.long,
        seen: now.seen,
      });
    }
  }
  return counted;
}

function sum(a: Histogram, b: Histogram): Histogram {
  const both = Float64Array.from(a);
  addTo(both, b);
  return both;
}
