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

/** Errors of reading a topic for a group, whoever keeps the topic. */
export const groupErrors = {
  gap: {
    code: 'BALLAST_TOPIC_GAP',
    exit: 65,
    fix: 'messages are missing below the end of the partition: over brokers check its retention, cleanup.policy and that nothing transactional writes to it (`ballast topics check`), then produce what is lost again; else restore the state directory from a backup; or start a new table',
  },
  fenced: {
    code: 'BALLAST_GROUP_FENCED',
    exit: 75,
    fix: 'a newer process reads this partition for the same group: nothing is lost, let this one end',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
