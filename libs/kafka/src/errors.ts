import type { ErrorKind } from '@ballast/stage';

/** Errors of reading what a broker hands over. */
export const kafkaErrors = {
  tooLarge: {
    code: 'BALLAST_KAFKA_TOO_LARGE',
    exit: 65,
    fix: 'a batch on a topic of Ballast unpacks to more than 64 MiB: something else writes there; stop it and take its right to write there',
  },
  corrupt: {
    code: 'BALLAST_KAFKA_CORRUPT',
    exit: 65,
    fix: 'a compressed record set is damaged: check the disks of the broker and the writer of the topic',
  },
  foreign: {
    code: 'BALLAST_KAFKA_FOREIGN',
    exit: 65,
    fix: 'something else writes to a topic of Ballast: stop it and take its right to write there; then move the group past the message named (`kafka-consumer-groups.sh --reset-offsets`) or start a new table',
  },
  recreated: {
    code: 'BALLAST_KAFKA_TOPIC_RECREATED',
    exit: 65,
    fix: 'the topic was deleted and created again: restore it, or begin anew with every topic of the pipeline (ballast.published and ballast.snapshots too) and a new table',
  },
  snapshot: {
    code: 'BALLAST_KAFKA_SNAPSHOT',
    exit: 65,
    fix: 'restore ballast.snapshots, or begin anew with every topic of the pipeline and a new table',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
