import type { ErrorKind } from '@ballast/stage';

/** Errors of the content credentials probe that a user can mend. */
export const credentialErrors = {
  trustListInvalid: {
    code: 'BALLAST_DETECT_TRUST_LIST',
    exit: 78,
    fix: 'point detector.credentials.trustAnchors at a file of PEM certificates (EC P-256/384/521, Ed25519 or RSA from 2048 bits, signed with SHA-2)',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
