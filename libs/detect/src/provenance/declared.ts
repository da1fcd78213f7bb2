import type { Document, Evidence } from '@ballast/document';

/**
 * Weight of an unsigned declaration that text is synthetic, in log-odds. Nobody gains by a false claim
 * of this kind, so it settles the matter; the number is shown as evidence.
 */
const declaredWeight = 5;

/** Weight of a declaration that a model changed the text without writing it, in log-odds. */
const alteredWeight = 2;

/** A claim found in a document: synthetic, altered by a model, or human (which counts for nothing unsigned). */
export interface Claim {
  readonly claims: 'synthetic' | 'altered' | 'human';
  readonly evidence: Evidence;
}

/**
 * Every declaration of origin that a document carries. Read are:
 *
 * - `declared` of Ballast's own wire format;
 * - IPTC digital source types (NewsCodes scheme `digitalsourcetype`), as term, URI, schema.org
 *   enumeration member or merchant-feed constant, under any `digitalSourceType` key in `metadata`;
 * - the `AI-Disclosure` header of draft-abaris-aicdh-01, in `metadata` or its `headers`.
 */
export function claimsOf(document: Pick<Document, 'declared' | 'metadata'>): readonly Claim[] {
  const claims: Claim[] = [];
  const { declared, metadata } = document;
  if (declared !== undefined) {
    const detail = declared.generator === undefined ? {} : { detail: declared.generator };
    claims.push(claim(declared.origin, 'declared', detail));
  }
  if (metadata !== undefined) collect(metadata, 0, claims);
  return claims;
}

/** Objects are searched this deep and this many fields each: a crawl record's headers and its IPTC block. */
const depthMax = 3;
const fieldsMax = 200;

function collect(fields: object, depth: number, claims: Claim[]): void {
  for (const [key, value] of Object.entries(fields).slice(0, fieldsMax)) {
    const name = key
      .toLowerCase()
      .replace(/^.*:/, '')
      .replaceAll(/[^a-z]/g, '');
    const read = readers.get(name);
    for (const item of Array.isArray(value) ? value.slice(0, fieldsMax) : [value]) {
      if (read !== undefined && typeof item === 'string') {
        const found = read(item);
        if (found !== undefined) claims.push(claim(found, name, { detail: item.slice(0, 200) }));
      } else if (typeof item === 'object' && item !== null && depth + 1 < depthMax) {
        collect(item, depth + 1, claims);
      }
    }
  }
}

type Reader = (value: string) => Claim['claims'] | undefined;

/** Terms of the IPTC scheme, letters only: what a trained or a plain algorithm wrote, and what one altered. */
const sourceTypes: ReadonlyMap<string, Claim['claims']> = new Map([
  ['trainedalgorithmicmedia', 'synthetic'],
  ['compositewithtrainedalgorithmicmedia', 'synthetic'],
  ['compositesynthetic', 'synthetic'],
  ['algorithmicmedia', 'synthetic'],
  ['algorithmicallyenhanced', 'altered'],
  ['digitalcapture', 'human'],
  ['digitalart', 'human'],
  ['digitalcreation', 'human'],
  ['humanedits', 'human'],
  ['minorhumanedits', 'human'],
]);

function readSourceType(value: string): Claim['claims'] | undefined {
  const term = value
    .trim()
    .replace(/^.*[/:#]/, '')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');
  return sourceTypes.get(term.replace(/digitalsource$/, ''));
}

const disclosureModes: ReadonlyMap<string, Claim['claims']> = new Map([
  ['machine-generated', 'synthetic'],
  ['ai-originated', 'synthetic'],
  ['ai-modified', 'altered'],
  ['none', 'human'],
]);

/** An RFC 9651 dictionary whose member `mode` is a token, by some writers quoted. */
function readDisclosure(value: string): Claim['claims'] | undefined {
  const mode = /(?:^|[,;\s])mode\s*=\s*"?([a-z-]+)/i.exec(value)?.[1];
  return mode === undefined ? undefined : disclosureModes.get(mode.toLowerCase());
}

const readers: ReadonlyMap<string, Reader> = new Map([
  ['digitalsourcetype', readSourceType],
  ['aidisclosure', readDisclosure],
]);

function claim(claims: Claim['claims'], key: string, detail: { readonly detail?: string }): Claim {
  const weight = { synthetic: declaredWeight, altered: alteredWeight, human: 0 }[claims];
  return { claims, evidence: { name: `${key}_${claims}`, weight, ...detail } };
}
