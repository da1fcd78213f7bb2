import type { ErrorKind } from '@ballast/stage';

/** Errors of the detector that a user can mend. */
export const detectErrors = {
  canaryInvalid: {
    code: 'BALLAST_DETECT_CANARY',
    exit: 65,
    fix: 'give every canary a text, a source and `label: human` or `label: synthetic`; the message names the field',
  },
  cutoffInvalid: {
    code: 'BALLAST_DETECT_CUTOFF',
    exit: 78,
    fix: 'write detector.cutoff as an ISO 8601 date such as 2022-11-30',
  },
  sourceListInvalid: {
    code: 'BALLAST_DETECT_SOURCE_LIST',
    exit: 78,
    fix: 'point detector.sourceLists[].file at a text file with one domain or source name per line; docs/provenance.md shows one',
  },
  snapshotInvalid: {
    code: 'BALLAST_DETECT_SNAPSHOT',
    exit: 65,
    fix: 'the published snapshot named in the message was written by another version: move the state folder away and run again, nothing is lost',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
