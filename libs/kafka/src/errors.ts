import type { ErrorKind } from '@ballast/stage';

/** Errors of reading what a broker hands over. */
export const kafkaErrors = {
  tooLarge: {
    code: 'BALLAST_KAFKA_TOO_LARGE',
    exit: 65,
    fix: 'a record set decompresses to more than the limit: find its writer, or raise the limit if it is honest',
  },
  corrupt: {
    code: 'BALLAST_KAFKA_CORRUPT',
    exit: 65,
    fix: 'a compressed record set is damaged: check the disks of the broker and the writer of the topic',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
