import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Document, Node } from 'yaml';

interface Found {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/**
 * Where in the text a path lies, in UTF-16 units from its start; a path the document lacks is looked
 * for at the nearest section above it.
 */
export function offsetAt(document: Document.Parsed, path: readonly PropertyKey[], atKey: boolean): number {
  const found = nodeAt(document, path);
  const node = atKey ? (found.key ?? found.value) : (found.value ?? found.key);
  return node?.range?.[0] ?? 0;
}

/** The value's node at a path, or that of the nearest section above it. */
export function valueNodeAt(document: Document.Parsed, path: readonly PropertyKey[]): Node | undefined {
  return nodeAt(document, path).value;
}

/** Key path of a node of the document, found by walking it; empty when it is not there. */
export function keyPathOf(document: Document.Parsed, wanted: Node): readonly PropertyKey[] {
  return search(document.contents, wanted, []) ?? [];
}

/** Aliases are followed: the place of what they stand for is the anchor's. */
function nodeAt(document: Document.Parsed, path: readonly PropertyKey[]): Found {
  let found: Found = { key: undefined, value: document.contents ?? undefined };
  for (const segment of path) {
    const node = isAlias(found.value) ? found.value.resolve(document) : found.value;
    const next = isMap(node)
      ? inMap(node.items, segment)
      : isSeq(node)
        ? inList(node.items, segment)
        : undefined;
    if (next === undefined) return found;
    found = next;
  }
  return found;
}

function inMap(pairs: readonly { key: unknown; value: unknown }[], segment: PropertyKey): Found | undefined {
  const pair = pairs.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
  if (pair === undefined) return undefined;
  return {
    key: isNode(pair.key) ? pair.key : undefined,
    value: isNode(pair.value) ? pair.value : undefined,
  };
}

function inList(items: readonly unknown[], segment: PropertyKey): Found | undefined {
  const item = typeof segment === 'number' ? items[segment] : undefined;
  return isNode(item) ? { key: item, value: item } : undefined;
}

function search(
  node: unknown,
  wanted: Node,
  path: readonly PropertyKey[],
): readonly PropertyKey[] | undefined {
  if (node === wanted) return path;
  const children: readonly (readonly [PropertyKey, unknown])[] = isMap(node)
    ? node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '?', value] as const)
    : isSeq(node)
      ? [...node.items.entries()]
      : [];
  for (const [segment, child] of children) {
    const found = search(child, wanted, [...path, segment]);
    if (found !== undefined) return found;
  }
  return undefined;
}
