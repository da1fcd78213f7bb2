import type { ErrorKind } from '@ballast/stage';

/** Errors of the mixer: each stops it before the commit, so a restart replays from the last one. */
export const mixErrors = {
  gap: {
    code: 'BALLAST_MIX_GAP',
    exit: 65,
    fix: 'messages of the lane named are missing: check its retention and restore it from a backup, or start a new table',
  },
  headMoved: {
    code: 'BALLAST_MIX_HEAD_MOVED',
    exit: 70,
    fix: 'this is a bug in the lane reader: report it with the message; nothing was committed, a restart replays',
  },
  unplanned: {
    code: 'BALLAST_MIX_UNPLANNED',
    exit: 70,
    fix: "the mixer's stage judges only what its own source delivered: drive both with the same loop",
  },
} as const satisfies { readonly [name: string]: ErrorKind };
