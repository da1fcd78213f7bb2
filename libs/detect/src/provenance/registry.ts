import type { Document, SourceEntry } from '@ballast/document';
import { getDomain } from 'tldts';

/** What the source registry says of a document's source. */
export interface SourceFacts {
  /** Sources of one family share canaries, calibration and prevalence. */
  readonly family: string;
  readonly trust: SourceEntry['trust'];
  /** Share of synthetic text the source is known to carry. */
  readonly prior: number | undefined;
  /** `match` of the entry that `trust` comes from. */
  readonly match: string | undefined;
}

/** Looks a document up by its source name and by the registrable domain of its URL. */
export type Registry = (document: Pick<Document, 'source' | 'url'>) => SourceFacts;

/**
 * The source registry of pipeline.yaml. Name and domain are looked up separately; for each an exact
 * entry goes before the longest pattern. `trust` is that of the foremost entry of either: synthetic if
 * one of the two says so, else human if one does. `family` and `prior` come from the foremost entry
 * that sets them, the name's before the domain's, so `{match: '*', family: web}` pools what no entry names.
 */
export function sourceRegistry(entries: readonly SourceEntry[]): Registry {
  const exact = new Map<string, SourceEntry>();
  const patterns: { readonly prefix: string; readonly entry: SourceEntry }[] = [];
  for (const entry of entries) {
    if (entry.match.endsWith('*')) patterns.push({ prefix: entry.match.slice(0, -1), entry });
    else if (!exact.has(entry.match)) exact.set(entry.match, entry);
  }
  patterns.sort((a, b) => b.prefix.length - a.prefix.length);
  const find = remembered((key: string): readonly SourceEntry[] => {
    const own = exact.get(key);
    const matching = patterns.filter(({ prefix }) => key.startsWith(prefix)).map(({ entry }) => entry);
    return own === undefined ? matching : [own, ...matching];
  });
  return ({ source, url }) => {
    const domain = entries.length > 0 && url !== undefined ? registrableDomain(url) : undefined;
    return factsOf(source, find(source), domain === undefined ? [] : find(domain));
  };
}

function factsOf(source: string, named: readonly SourceEntry[], hosted: readonly SourceEntry[]): SourceFacts {
  const foremost = [named[0], hosted[0]].filter((entry) => entry !== undefined);
  const decisive =
    foremost.find(({ trust }) => trust === 'synthetic') ?? foremost.find(({ trust }) => trust === 'human');
  const all = [...named, ...hosted];
  return {
    family: all.find(({ family }) => family !== undefined)?.family ?? source,
    trust: decisive?.trust ?? 'none',
    prior: all.find(({ prior }) => prior !== undefined)?.prior,
    match: decisive?.match,
  };
}

/**
 * The registrable domain of an http(s) URL, lower case and in ASCII, by the public suffix list with
 * its private part: `a.github.io` is its own domain, so an entry never covers a stranger's pages.
 */
export function registrableDomain(url: string): string | undefined {
  // The URL parser takes user information away: https://known.org@evil.example is evil.example.
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
  return getDomain(parsed.hostname, { allowPrivateDomains: true, extractHostname: false }) ?? undefined;
}

/** Sources repeat by the thousand; the bound keeps an ingest full of new names from filling memory. */
function remembered<V>(find: (key: string) => V): (key: string) => V {
  const known = new Map<string, V>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size >= 10_000) known.clear();
    const value = find(key);
    known.set(key, value);
    return value;
  };
}
