import type { ErrorKind } from '@ballast/stage';

/** Errors of the mixer as a process. */
export const mixerErrors = {
  overtaken: {
    code: 'BALLAST_MIXER_OVERTAKEN',
    exit: 75,
    fix: 'another mixer writes to this table: let one of them end; nothing was committed twice, a restart goes on from the table',
  },
  usage: {
    code: 'BALLAST_MIXER_USAGE',
    exit: 2,
    fix: 'usage: mixer --table DIR [--state DIR] [--config pipeline.yaml] [--port N]',
  },
  stateBehind: {
    code: 'BALLAST_MIXER_STATE_BEHIND',
    exit: 65,
    fix: 'the state directory is new or older than the table: pass the --state that was used with this table, restore it, or start a new table',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
