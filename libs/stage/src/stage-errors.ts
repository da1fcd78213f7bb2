import type { ErrorKind } from './errors.ts';

/** Errors of the loop itself: each stops the process without an ack, so nothing is lost by it. */
export const stageErrors = {
  conservation: {
    code: 'BALLAST_STAGE_CONSERVATION',
    exit: 70,
    fix: 'this is a bug in the stage: report it with the message; nothing was acked, a restart replays the batch',
  },
  chainLoss: {
    code: 'BALLAST_CHAIN_LOSS',
    exit: 65,
    fix: 'messages between the two positions are missing: check the retention of the topic named and restore it from a backup, or start a new table',
  },
  chainDiverged: {
    code: 'BALLAST_CHAIN_DIVERGED',
    exit: 65,
    fix: 'a writer of another version routed differently: drain the pipeline before changing routing or lanes',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
