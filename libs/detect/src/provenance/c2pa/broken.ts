/**
 * A credential that cannot be relied on, with the one reason why: a status code of the C2PA
 * specification (2.4, section 15.2.2.3), or `general.error` and words where it names none. Never
 * leaves this folder: the probe turns it into evidence of weight 0.
 */
export class CredentialBroken extends Error {
  override readonly name = 'CredentialBroken';
}

/** Throws {@link CredentialBroken} with `reason` unless `holds`. */
export function must(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new CredentialBroken(reason);
}
