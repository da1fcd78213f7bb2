import 'reflect-metadata';
import { constants, createHash, KeyObject, sign, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { Encoder } from 'cbor-x/index-no-eval';

/** A key pair with its certificate. */
export interface Identity {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly der: Buffer;
  readonly pem: string;
}

/** Key types that sign in tests, with their COSE algorithm numbers. */
export const keyTypes = {
  es256: { cose: -7, hash: 'sha256', web: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } },
  es384: { cose: -35, hash: 'sha384', web: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' } },
  es512: { cose: -36, hash: 'sha512', web: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' } },
  ps256: {
    cose: -37,
    hash: 'sha256',
    web: {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
  },
  eddsa: { cose: -8, hash: null, web: { name: 'Ed25519' } },
} as const;

/** One of the key types. */
export type KeyType = keyof typeof keyTypes;

/** What a certificate says; by default one that may sign claims from 2024 to 2027. */
export interface CertificateRecipe {
  readonly issuer?: Identity;
  readonly isCa?: boolean;
  readonly pathLength?: number;
  readonly from?: string;
  readonly to?: string;
  readonly purposes?: readonly string[];
  readonly keyType?: KeyType;
}

/** emailProtection. */
export const signing = '1.3.6.1.5.5.7.3.4';

/** Issues a certificate, self-signed without `issuer`. */
export async function issue(name: string, recipe: CertificateRecipe = {}): Promise<Identity> {
  const { issuer, isCa = false, pathLength, purposes = [signing], keyType = 'es256' } = recipe;
  const { web } = keyTypes[keyType];
  const keys = (await webcrypto.subtle.generateKey(web, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: createHash('sha1').update(name).digest('hex').slice(0, 16),
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore: new Date(recipe.from ?? '2024-01-01'),
    notAfter: new Date(recipe.to ?? '2027-01-01'),
    publicKey: keys.publicKey,
    signingKey: (issuer ?? { keys }).keys.privateKey,
    signingAlgorithm: issuer === undefined ? web : keyTypes.es256.web,
    extensions: [
      new BasicConstraintsExtension(isCa, pathLength, true),
      new KeyUsagesExtension(isCa ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature, true),
      ...(isCa ? [] : [new ExtendedKeyUsageExtension([...purposes])]),
    ],
  });
  return { name, keys, der: Buffer.from(certificate.rawData), pem: certificate.toString('pem') };
}

/** What is signed, and how. */
export interface Recipe {
  readonly text: string;
  readonly signer: Identity;
  readonly keyType?: KeyType;
  /** Certificates above the signer's. */
  readonly issuers?: readonly Identity[];
  /** Digital source type of `c2pa.created`. */
  readonly sourceType?: string;
  /** Assertions beside the binding, instead of one `c2pa.actions.v2` that creates with `sourceType`. */
  readonly assertions?: Readonly<Record<string, unknown>>;
  /** Changes the store after it was signed. */
  readonly tamper?: (store: Buffer) => Buffer;
  /** Code unit of the text at which the wrapper is put; default the end. */
  readonly at?: number;
  /** Fields of the binding that replace the right ones. */
  readonly binding?: Readonly<Record<string, unknown>>;
}

/** The text with its credential as wrapper (C2PA 2.4, A.8), padded to the length that its store fixes. */
export function signText(recipe: Recipe): string {
  const { text, at = text.length, tamper = (store) => store } = recipe;
  const start = Buffer.byteLength(text.slice(0, at).normalize('NFC'));
  let length = 0;
  for (;;) {
    const store = storeOf(recipe, [{ start, length }]);
    const due = paddedLength(store.length);
    if (due === length) return text.slice(0, at) + wrap(tamper(store)) + text.slice(at);
    length = due;
  }
}

/** The credential of the text as base64, to lie beside it. */
export function signDetached(recipe: Recipe): string {
  return (recipe.tamper ?? ((store) => store))(storeOf(recipe, undefined)).toString('base64');
}

const magic = Buffer.from('C2PATXT\0', 'latin1');

/** A store as variation selectors, with the padding of the specification. */
export function wrap(store: Buffer): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(store.length);
  return padded(Buffer.concat([magic, Buffer.from([1]), length, store]), paddedLength(store.length));
}

/** UTF-8 bytes of a padded wrapper: the mark, four bytes for every byte, and 6 so that any gap can be filled. */
export function paddedLength(storeBytes: number): number {
  return 3 + (13 + storeBytes) * 4 + 6;
}

function padded(bytes: Buffer, length: number): string {
  const base = `\ufeff${selectors(bytes)}`;
  const gap = length - Buffer.byteLength(base);
  // 3a + 4b = gap with as many fours as go in.
  for (let fours = Math.floor(gap / 4); fours >= 0; fours -= 1) {
    const rest = gap - 4 * fours;
    if (rest % 3 === 0) return base + '\ufe00'.repeat(rest / 3) + '\u{e01ef}'.repeat(fours);
  }
  throw new Error(`no padding of ${gap} bytes`);
}

/** Bytes as variation selectors. */
export function selectors(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16),
  ).join('');
}

const encoder = new Encoder({ useRecords: false, tagUint8Array: false });
const encode = (value: unknown): Buffer => Buffer.from(encoder.encode(value));

/** A box of four letters and what it holds. */
export function box(type: string, ...content: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(8);
  const payload = Buffer.concat(content);
  header.writeUInt32BE(payload.length + 8);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, payload]);
}

/** A superbox with a type of four letters and a label. */
export function superbox(type: string, label: string, ...content: readonly Buffer[]): Buffer {
  const uuid = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.from('00110010800000aa00389b71', 'hex')]);
  const description = box('jumd', uuid, Buffer.from([3]), Buffer.from(`${label}\0`));
  return box('jumb', description, ...content);
}

const manifestLabel = 'urn:c2pa:f47ac10b-58cc-4372-a567-0e02b2c3d479';

function storeOf(recipe: Recipe, exclusions: readonly object[] | undefined): Buffer {
  const { sourceType, assertions } = recipe;
  const created = {
    action: 'c2pa.created',
    ...(sourceType === undefined ? {} : { digitalSourceType: sourceType }),
  };
  const values = assertions ?? { 'c2pa.actions.v2': { actions: [created] } };
  const binding = {
    ...(exclusions === undefined ? {} : { exclusions }),
    alg: 'sha256',
    hash: createHash('sha256').update(recipe.text.normalize('NFC')).digest(),
    pad: Buffer.alloc(0),
    ...recipe.binding,
  };
  const boxes = Object.entries({ 'c2pa.hash.data': binding, ...values }).map(([label, value]) => ({
    label,
    box: superbox('cbor', label, box('cbor', encode(value))),
  }));
  const claim = encode({
    instanceID: 'xmp:iid:1',
    claim_generator_info: { name: 'a test' },
    signature: 'self#jumbf=c2pa.signature',
    created_assertions: boxes.map((each) => ({
      url: `self#jumbf=c2pa.assertions/${each.label}`,
      hash: createHash('sha256').update(each.box.subarray(8)).digest(),
    })),
    alg: 'sha256',
  });
  return superbox(
    'c2pa',
    'c2pa',
    superbox(
      'c2ma',
      manifestLabel,
      superbox('c2as', 'c2pa.assertions', ...boxes.map((each) => each.box)),
      superbox('c2cl', 'c2pa.claim.v2', box('cbor', claim)),
      superbox('c2cs', 'c2pa.signature', box('cbor', signClaim(recipe, claim))),
    ),
  );
}

function signClaim({ signer, issuers = [], keyType = 'es256' }: Recipe, claim: Buffer): Buffer {
  const { cose, hash } = keyTypes[keyType];
  const chain = [signer, ...issuers].map(({ der }) => der);
  // {1: algorithm, 33: chain}
  const header = Buffer.concat([
    Buffer.from('a201', 'hex'),
    encode(cose),
    Buffer.from('1821', 'hex'),
    encode(chain.length === 1 ? chain[0] : chain),
  ]);
  const signed = encode(['Signature1', header, Buffer.alloc(0), claim]);
  const key = KeyObject.from(signer.keys.privateKey);
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const how = keyType === 'ps256' ? { key, ...pss } : { key, dsaEncoding: 'ieee-p1363' as const };
  // 0xd2 is tag 18, COSE_Sign1.
  return Buffer.concat([Buffer.from([0xd2]), encode([header, {}, null, sign(hash, signed, how)])]);
}
