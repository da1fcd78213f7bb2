import { unreadable } from './entries.ts';
import type { IndexTransaction } from './storage.ts';

/** A cluster and how many documents it has. */
export interface Cluster {
  /** Position of one of its documents. */
  readonly name: string;
  readonly size: number;
}

/**
 * Joins the clusters of the `members` (positions of documents, or names) into one and counts `joining`
 * further documents to it: a union-find forest, kept in the index. A document that was never joined is a
 * cluster of its own and has no entry. The first member's cluster gives the name.
 *
 * So the clusters are the connected components of "share a band or a text", as datatrove's own (they
 * hold every duplicate, a refused one too); what they do not do is decide (protocol P10).
 */
export function joinClusters(
  members: readonly string[],
  joining: number,
  index: IndexTransaction,
): Cluster | undefined {
  const roots = new Map<string, number>();
  for (const member of members) {
    const { name, size } = find(member, index);
    roots.set(name, size);
  }
  const [name] = roots.keys();
  if (name === undefined) return undefined;
  let size = joining;
  for (const [root, documents] of roots) {
    size += documents;
    if (root !== name) pointTo(root, name, index);
  }
  if (roots.size > 1 || joining > 0) index.put('cluster', name, String(size));
  return { name, size };
}

/** Makes a document, or a cluster by its name, part of another cluster. */
export function pointTo(member: string, name: string, index: IndexTransaction): void {
  if (member !== name) index.put('cluster', member, `>${name}`);
}

function find(member: string, index: IndexTransaction): Cluster {
  const passed: string[] = [];
  for (let name = member; ;) {
    const entry = index.get('cluster', name);
    if (entry?.startsWith('>') === true && passed.length < pathMax) {
      passed.push(name);
      name = entry.slice(1);
      continue;
    }
    const size = Number(entry ?? '1');
    if (!Number.isSafeInteger(size)) throw unreadable(`cluster ${name}`);
    // Shorten the path for the next one; the last step is short already.
    for (const via of passed.slice(0, -1)) pointTo(via, name, index);
    return { name, size };
  }
}

/** Paths are logarithmic at worst; a longer one is a circle that only a damaged index has. */
const pathMax = 10_000;
