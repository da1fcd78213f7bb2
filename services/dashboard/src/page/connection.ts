import { formatAge } from './format.ts';

/** Milliseconds after which numbers count as old: three missed snapshots. */
const staleAfterMs = 3_500;

/** What the page knows of its connection. */
export interface Connection {
  /** When the last snapshot arrived, milliseconds since 1970; undefined before the first. */
  readonly arrived: number | undefined;
  /** Why the last one did not come, if it did not. */
  readonly problem: string | undefined;
}

/** How the header tells it; `isStale` numbers turn grey, so that old ones never look current. */
export interface ConnectionWords {
  readonly word: string;
  readonly isStale: boolean;
}

/** The connection in words at the time `now`; a finished run is not live but not stale either. */
export function connectionWords(
  { arrived, problem }: Connection,
  running: boolean,
  now: number,
): ConnectionWords {
  if (arrived === undefined) return { word: problem ?? 'connecting', isStale: false };
  const age = now - arrived;
  if (age > staleAfterMs) {
    return { word: `numbers are ${formatAge(age)} old, ${problem ?? 'reconnecting'}`, isStale: true };
  }
  return { word: running ? 'live' : 'finished, still serving', isStale: false };
}
