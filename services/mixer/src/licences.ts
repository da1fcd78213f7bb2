import type { Document, SourceEntry } from '@ballast/document';

/** The licence that the source registry gives a document's source, for the licence column. */
export function licences(sources: readonly SourceEntry[]): (document: Document) => string | undefined {
  const found = new Map<string, string | undefined>();
  return ({ source }) => {
    if (!found.has(source))
      found.set(
        source,
        sources.find((entry) => entry.licence !== undefined && matches(entry.match, source))?.licence,
      );
    return found.get(source);
  };
}

function matches(pattern: string, source: string): boolean {
  return pattern.endsWith('*') ? source.startsWith(pattern.slice(0, -1)) : source === pattern;
}
