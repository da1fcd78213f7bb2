import { z } from 'zod';
import { must } from './broken.ts';
import { decodeCbor } from './cbor.ts';
import { digestOf } from './digest.ts';
import { describe, readSuperbox } from './jumbf.ts';
import type { Superbox } from './jumbf.ts';

/** JUMBF content types of C2PA 2.4, section 11.1.4: four letters, then the tail that all share. */
const typeOf = (letters: string): string =>
  `${Buffer.from(letters, 'latin1').toString('hex')}00110010800000aa00389b71`;

const storeType = typeOf('c2pa');
const manifestType = typeOf('c2ma');
const claimType = typeOf('c2cl');
const signatureType = typeOf('c2cs');
const assertionsType = typeOf('c2as');
const cborType = typeOf('cbor');

/** A manifest whose claim lists exactly the assertions it holds, each with the hash it has. */
export interface Manifest {
  readonly claim: Claim;
  /** The signed bytes. */
  readonly claimBytes: Uint8Array;
  readonly signatureBytes: Uint8Array;
  readonly assertions: readonly Assertion[];
}

/** One assertion of a manifest. */
export interface Assertion {
  /** Without the instance number: `c2pa.actions.v2` for `c2pa.actions.v2__2`. */
  readonly label: string;
  /** True where the signer itself says so, false where it only passes on what it gathered. */
  readonly created: boolean;
  /** CBOR of the assertion; undefined for other kinds of content, which are hashed and not read. */
  readonly cbor: Uint8Array | undefined;
}

const text = z.union([
  z.string(),
  z.object({ tag: z.literal(32), value: z.string() }).transform((tagged) => tagged.value),
]);

const hashedUriSchema = z.object({ url: text, alg: z.string().optional(), hash: z.instanceof(Uint8Array) });
type HashedUri = z.infer<typeof hashedUriSchema>;

/** `c2pa.claim` (1.x) names `assertions`, `c2pa.claim.v2` tells those created from those gathered. */
const claimSchema = z
  .object({
    alg: z.string().optional(),
    assertions: z.array(hashedUriSchema).optional(),
    created_assertions: z.array(hashedUriSchema).optional(),
    gathered_assertions: z.array(hashedUriSchema).optional(),
  })
  .transform(({ alg, assertions, created_assertions, gathered_assertions }) => ({
    alg,
    created: [...(assertions ?? []), ...(created_assertions ?? [])],
    gathered: gathered_assertions ?? [],
  }));

/** What is read of a claim. */
export type Claim = z.infer<typeof claimSchema>;

/** A URI of CBOR, tagged or not, as plain string. */
export { text as cborText };

/**
 * The active manifest of a manifest store, which is its last (C2PA 2.4, 15.5), with the hash of every
 * assertion checked against its claim (15.10.3.1). Throws CredentialBroken, also for update and compressed
 * manifests, which text has no use for.
 */
export function readManifest(store: Uint8Array): Manifest {
  const root = readSuperbox(store);
  must(root.type === storeType, 'claim.missing: no C2PA manifest store');
  const last = root.children.at(-1);
  must(last !== undefined, 'claim.missing: an empty manifest store');
  const manifest = describe(last);
  must(manifest.type === manifestType, 'general.error: the active manifest is an update or compressed');
  const parts = manifest.children.filter(({ type }) => type === 'jumb').map(describe);
  const claimBox = only(parts, claimType, 'claim.missing', 'claim.multiple');
  const signatureBox = only(parts, signatureType, 'claimSignature.missing', 'claimSignature.missing');
  const assertionBox = only(parts, assertionsType, 'assertion.missing', 'assertion.missing');
  const claimBytes = contentOf(claimBox, 'claim.cbor.invalid');
  const claim = claimSchema.safeParse(decodeCbor(claimBytes, 'claim.cbor.invalid'));
  must(claim.success, 'claim.malformed');
  return {
    claim: claim.data,
    claimBytes,
    signatureBytes: contentOf(signatureBox, 'claimSignature.missing'),
    assertions: matchAssertions(claim.data, manifest.label, assertionBox),
  };
}

function only(boxes: readonly Superbox[], type: string, missing: string, multiple: string): Superbox {
  const [first, ...rest] = boxes.filter((box) => box.type === type);
  must(first !== undefined, missing);
  must(rest.length === 0, multiple);
  return first;
}

function contentOf({ children }: Superbox, reason: string): Uint8Array {
  const content = children.find(({ type }) => type === 'cbor');
  must(content !== undefined, reason);
  return content.payload;
}

/** Every assertion that is listed is there with its hash, and none is there that is not listed. */
function matchAssertions(claim: Claim, manifestLabel: string, store: Superbox): readonly Assertion[] {
  const boxes = new Map<string, Superbox>();
  for (const child of store.children.filter(({ type }) => type === 'jumb')) {
    const box = describe(child);
    must(!boxes.has(box.label), 'general.error: two assertions of one name');
    boxes.set(box.label, box);
  }
  const read = (reference: HashedUri, created: boolean): Assertion => {
    const label = labelOf(reference.url, manifestLabel);
    const box = boxes.get(label);
    must(box !== undefined, 'assertion.missing');
    // Taken out, so that one listed twice is missing the second time.
    boxes.delete(label);
    const digest = digestOf(reference.alg ?? claim.alg, box.payload);
    must(digest.equals(reference.hash), 'assertion.hashedURI.mismatch');
    const content = box.type === cborType ? box.children.find(({ type }) => type === 'cbor') : undefined;
    return { label: label.replace(/__\d+$/, ''), created, cbor: content?.payload };
  };
  const assertions = [
    ...claim.created.map((reference) => read(reference, true)),
    ...claim.gathered.map((reference) => read(reference, false)),
  ];
  must(boxes.size === 0, 'assertion.undeclared');
  return assertions;
}

/** `self#jumbf=` and the path to an assertion, relative to the manifest or from the store. */
function labelOf(url: string, manifestLabel: string): string {
  const path = url.startsWith('self#jumbf=') ? url.slice('self#jumbf='.length).split('/') : [];
  const label = path.pop();
  const isOwn = [
    'c2pa.assertions',
    `${manifestLabel}/c2pa.assertions`,
    `/c2pa/${manifestLabel}/c2pa.assertions`,
  ].includes(path.join('/'));
  must(label !== undefined && label !== '' && isOwn, 'assertion.outsideManifest');
  return label;
}
