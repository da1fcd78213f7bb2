import type { Document } from '@ballast/document';
import { must } from './broken.ts';
import { findWrapper, manifestBytesMax, tooLarge } from './wrapper.ts';
import type { Wrapper } from './wrapper.ts';

/** A manifest store and, where the text itself carries it, its place there. */
export interface Carried {
  readonly store: Uint8Array;
  readonly wrapper?: Wrapper;
}

/** The manifest store that a text carries as variation selectors. Throws CredentialBroken. */
export function inText({ text }: Pick<Document, 'text'>): Carried | undefined {
  const wrapper = findWrapper(text);
  return wrapper === undefined ? undefined : { store: wrapper.manifest, wrapper };
}

/** Names of the metadata field that holds a detached manifest store, letters only. */
const fieldNames: ReadonlySet<string> = new Set(['c2pamanifest', 'c2pamanifeststore']);

/**
 * The manifest store that lies detached in `metadata.c2pa_manifest` (or `c2pa_manifest_store`, in any
 * spelling): base64, or a data URI of it. An address of any other kind is `remote`: it is never fetched.
 * Throws CredentialBroken.
 */
export function inMetadata({ metadata }: Pick<Document, 'metadata'>): Carried | 'remote' | undefined {
  if (metadata === undefined) return undefined;
  const field = Object.entries(metadata).find(
    ([name, value]) =>
      typeof value === 'string' &&
      value !== '' &&
      fieldNames.has(name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')),
  );
  const value = field?.[1];
  if (typeof value !== 'string') return undefined;
  const isData = /^data:[^,]{0,100};base64,/i.exec(value);
  if (isData === null && /^[a-z][a-z0-9+.-]*:/i.test(value)) return 'remote';
  const base64 = isData === null ? value : value.slice(isData[0].length);
  const bytes = Math.floor((base64.length * 3) / 4);
  must(bytes <= manifestBytesMax, tooLarge(bytes));
  return { store: Buffer.from(base64, 'base64') };
}
