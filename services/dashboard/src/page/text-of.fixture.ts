import type { ComponentChildren, VNode } from 'preact';

/** Every text a panel shows, in order, white space folded; attributes are not part of it. */
export function textOf(node: ComponentChildren): string {
  return texts(node).join(' ').replaceAll(/\s+/g, ' ').trim();
}

/** Every element of a panel with this tag name, in order. */
export function elementsOf(
  node: ComponentChildren,
  tag: string,
): readonly VNode<{ readonly [name: string]: unknown }>[] {
  if (Array.isArray(node)) return node.flatMap((child: ComponentChildren) => elementsOf(child, tag));
  if (!isElement(node)) return [];
  const below = elementsOf(node.props.children, tag);
  return node.type === tag ? [node, ...below] : below;
}

function texts(node: ComponentChildren): readonly string[] {
  if (typeof node === 'string' || typeof node === 'number') return [String(node)];
  if (Array.isArray(node)) return node.flatMap((child: ComponentChildren) => texts(child));
  return isElement(node) ? texts(node.props.children) : [];
}

type Element = VNode<{ readonly [name: string]: unknown; readonly children?: ComponentChildren }>;

function isElement(node: ComponentChildren): node is Element {
  return typeof node === 'object' && node !== null && 'props' in node;
}
