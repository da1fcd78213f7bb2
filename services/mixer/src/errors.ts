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
    fix: 'usage: mixer --table DIR [--brokers host:port,…] [--insecure] [--state DIR] [--config pipeline.yaml] [--port N]',
  },
  foreignCluster: {
    code: 'BALLAST_MIXER_FOREIGN_CLUSTER',
    exit: 65,
    fix: 'pass the --brokers that this table was filled from, or start a new table',
  },
  topicBehind: {
    code: 'BALLAST_MIXER_TOPIC_BEHIND',
    exit: 65,
    fix: 'the topic was deleted and created again after the table had consumed it: start a new table, or restore the topic',
  },
  expired: {
    code: 'BALLAST_MIXER_EXPIRED',
    exit: 65,
    fix: 'documents that the table had not consumed are gone: produce them again from their source into a new table; `ballast topics check` names topics that expire',
  },
  stateBehind: {
    code: 'BALLAST_MIXER_STATE_BEHIND',
    exit: 65,
    fix: 'the state directory is new or older than the table: pass the --state that was used with this table, restore it, or start a new table',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
