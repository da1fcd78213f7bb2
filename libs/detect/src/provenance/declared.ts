import type { Document, Evidence } from '@ballast/document';
import { weights } from '../weights.ts';
import { declaredFormats } from './declared-formats.ts';
import type { Claimed, DeclaredFormat } from './declared-formats.ts';
import { nothing } from './probe.ts';
import type { ProvenanceProbe } from './probe.ts';

/** Unsigned declarations of origin. A claim of synthetic settles the matter, one of human counts for nothing. */
export const declaredProbe: ProvenanceProbe = {
  id: 'declared/2',
  examine({ document }) {
    const claims = claimsOf(document);
    if (claims.length === 0) return nothing;
    const evidence = claims.map((each) => each.evidence);
    return claims.some((each) => each.claims === 'synthetic')
      ? { evidence, settles: 'declared_synthetic' }
      : { evidence };
  },
};

interface Claim {
  readonly claims: Claimed;
  readonly evidence: Evidence;
}

/**
 * Every declaration of origin that a document carries: `declared` of Ballast's own wire format, and in
 * `metadata` every format of declared-formats.ts, wherever it stands in crawl records (WARC headers, WAT
 * metas), JSON-LD graphs, microdata or XMP, parsed or as a string of JSON. Each claim once per format.
 */
export function claimsOf(document: Pick<Document, 'declared' | 'metadata'>): readonly Claim[] {
  const claims = new Map<string, Claim>();
  const { declared, metadata } = document;
  if (declared !== undefined) {
    const detail = declared.generator === undefined ? {} : { detail: declared.generator };
    add(claims, claim(declared.origin, 'declared', detail));
  }
  if (metadata !== undefined) collect(metadata, { depth: 0, claims, left: { fields: fieldsMax } });
  return [...claims.values()];
}

/** Objects are searched this deep: a WAT record holds its metas at depth 6, a graph of JSON-LD adds two. */
const depthMax = 9;
/** Fields read of one document. */
const fieldsMax = 2_000;
/** Longest string that is read as JSON, code units. */
const jsonMax = 65_536;

interface Walk {
  readonly depth: number;
  readonly claims: Map<string, Claim>;
  readonly left: { fields: number };
}

function collect(value: unknown, walk: Walk): void {
  if (typeof value !== 'object' || value === null || walk.depth >= depthMax) return;
  const inner = { ...walk, depth: walk.depth + 1 };
  if (Array.isArray(value)) {
    for (const item of value) {
      if ((walk.left.fields -= 1) < 0) return;
      collect(item, inner);
    }
    return;
  }
  if (!isFields(value)) return;
  readMeta(value, walk);
  for (const key in value) {
    if ((walk.left.fields -= 1) < 0) return;
    const name = plainName(key);
    const item = value[key];
    readField(name, item, walk);
    if (name === 'aigc') readAigc(item, walk);
    collect(jsonNames.has(name) && typeof item === 'string' ? parsed(item) : item, inner);
  }
}

function isFields(value: object): value is { readonly [name: string]: unknown } {
  return !Array.isArray(value);
}

/** Fields that crawlers fill with structured data as a string. */
const jsonNames: ReadonlySet<string> = new Set(['jsonld', 'ldjson', 'structureddata', 'schemaorg', 'aigc']);

/** A field's name without prefix, namespace, case or punctuation: `Iptc4xmpExt:DigitalSourceType`, `https://schema.org/model`. */
function plainName(key: string): string {
  return key
    .slice(0, 200)
    .replace(/^.*[:/#]/, '')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');
}

const formatOf: ReadonlyMap<string, DeclaredFormat> = new Map(
  declaredFormats.flatMap((format) => format.fields.map((field) => [field, format] as const)),
);

function readField(name: string, value: unknown, { claims }: Walk): void {
  const role = name === 'creator' || name === 'author' ? softwareRole(name, value) : undefined;
  const format = formatOf.get(role?.name ?? name);
  if (format === undefined) return;
  const value_ = role?.value ?? value;
  for (const item of Array.isArray(value_) ? value_.slice(0, 20) : [value_]) {
    const plain = valueOf(item);
    if (plain === undefined) continue;
    const claimed = format.read(plain);
    if (claimed !== undefined)
      add(claims, claim(claimed, format.name, { detail: String(plain).slice(0, 200) }));
  }
}

/** An HTML meta as crawlers record it: {name | property | itemprop | http-equiv, content}. */
function readMeta(fields: { readonly [name: string]: unknown }, walk: Walk): void {
  const name = fields['name'] ?? fields['property'] ?? fields['itemprop'] ?? fields['http-equiv'];
  if (typeof name === 'string' && 'content' in fields) readField(plainName(name), fields['content'], walk);
}

/** A creator that schema.org types as software, by its name. */
function softwareRole(
  name: string,
  value: unknown,
): { readonly name: string; readonly value: unknown } | undefined {
  if (typeof value !== 'object' || value === null || !('@type' in value) || !('name' in value))
    return undefined;
  return value['@type'] === 'SoftwareApplication'
    ? { name: `${name}softwareapplication`, value: value.name }
    : undefined;
}

function readAigc(value: unknown, walk: Walk): void {
  const label = typeof value === 'string' ? parsed(value) : value;
  if (typeof label === 'object' && label !== null && 'Label' in label)
    readField('aigclabel', label.Label, walk);
}

/** A plain value, or that of a JSON-LD node: {"@id"} or {"@value"}. */
function valueOf(item: unknown): string | number | boolean | undefined {
  if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') return item;
  if (typeof item !== 'object' || item === null) return undefined;
  if ('@id' in item && typeof item['@id'] === 'string') return item['@id'];
  return '@value' in item ? valueOf(item['@value']) : undefined;
}

function parsed(text: string): unknown {
  if (text.length > jsonMax) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function add(claims: Map<string, Claim>, found: Claim): void {
  if (!claims.has(found.evidence.name)) claims.set(found.evidence.name, found);
}

function claim(claims: Claimed, format: string, detail: { readonly detail?: string }): Claim {
  const weight = {
    synthetic: weights.claimedSynthetic,
    altered: weights.claimedAltered,
    human: weights.claimedHuman,
  }[claims];
  return { claims, evidence: { name: `${format}_${claims}`, block: 'claim', weight, ...detail } };
}
