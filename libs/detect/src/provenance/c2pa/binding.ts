import { z } from 'zod';
import { must } from './broken.ts';
import { decodeCbor } from './cbor.ts';
import { digestOf } from './digest.ts';
import type { Manifest } from './manifest.ts';
import type { Wrapper } from './wrapper.ts';

const exclusionSchema = z.object({ start: z.int().min(0), length: z.int().min(1) });

/** `c2pa.hash.data` (C2PA 2.4, 18.5); `pad` and `name` decide nothing. */
const dataHashSchema = z.object({
  exclusions: z.array(exclusionSchema).optional(),
  alg: z.string().optional(),
  hash: z.instanceof(Uint8Array),
});

const hardBindings = /^c2pa\.hash\.(?!multi-asset$)/;

/** Stream-safe text (UAX 15, section 13) has at most 30 combining marks in a row; reordering a run takes time square to its length. */
const marks = /\p{M}{31}/u;

/**
 * Holds a text against the one hard binding of its manifest (C2PA 2.4, 15.12.1.3): the hash of its
 * NFC form in UTF-8, without the wrapper. Where there is a wrapper, the exclusion must be exactly its
 * range, in bytes of the stored or of the NFC text (specification and implementations differ, and the
 * hash is the same); without one, nothing may be excluded. Throws CredentialBroken.
 */
export function mustBind(manifest: Manifest, text: string, wrapper: Wrapper | undefined): void {
  const bindings = manifest.assertions.filter(({ label }) => hardBindings.test(label));
  const binding = bindings[0];
  must(binding !== undefined, 'claim.hardBindings.missing');
  must(bindings.length === 1, 'assertion.multipleHardBindings');
  must(
    binding.label === 'c2pa.hash.data' && binding.cbor !== undefined,
    'general.error: not a binding of text',
  );
  const parsed = dataHashSchema.safeParse(decodeCbor(binding.cbor, 'assertion.cbor.invalid'));
  must(parsed.success, 'assertion.dataHash.malformed');
  const { exclusions = [], alg, hash } = parsed.data;
  const covered = wrapper === undefined ? text : text.slice(0, wrapper.start) + text.slice(wrapper.end);
  must(!marks.test(covered), 'assertion.dataHash.mismatch: too many combining marks in a row');
  if (wrapper === undefined) must(exclusions.length === 0, 'assertion.dataHash.malformed');
  else must(exclusions.length === 1 && isRange(exclusions[0], text, wrapper), 'assertion.dataHash.malformed');
  const digest = digestOf(alg ?? manifest.claim.alg, Buffer.from(covered.normalize('NFC')));
  must(digest.equals(hash), 'assertion.dataHash.mismatch');
}

function isRange(
  exclusion: z.infer<typeof exclusionSchema> | undefined,
  text: string,
  { start, end }: Wrapper,
): boolean {
  if (exclusion?.length !== Buffer.byteLength(text.slice(start, end))) return false;
  const before = text.slice(0, start);
  return (
    exclusion.start === Buffer.byteLength(before) ||
    exclusion.start === Buffer.byteLength(before.normalize('NFC'))
  );
}
