import type { ErrorKind } from '../errors.ts';
import { groupErrors } from '../stage-errors.ts';

/** Errors of the embedded topics and of file ingest. */
export const topicErrors = {
  ...groupErrors,
  valueMissing: {
    code: 'BALLAST_TOPIC_VALUE_MISSING',
    exit: 65,
    fix: 'the ingested bytes that a message refers to are missing: restore the state directory from a backup, or start a new table',
  },
  ackOrder: {
    code: 'BALLAST_GROUP_ORDER',
    exit: 70,
    fix: 'this is a bug in the reader: it acked a delivery after a later one; report it with the message',
  },
  table: {
    code: 'BALLAST_STATE_TABLE',
    exit: 65,
    fix: 'this state directory belongs to another table: pass the --state that was used with this table, or an empty directory',
  },
  format: {
    code: 'BALLAST_STATE_FORMAT',
    exit: 65,
    fix: 'the state directory was written by another version of Ballast: use that version, or an empty directory',
  },
  open: {
    code: 'BALLAST_STATE_OPEN',
    exit: 74,
    fix: 'check that the state directory is on a local disk, exists or can be created, and is writable',
  },
  write: {
    code: 'BALLAST_STATE_WRITE',
    exit: 74,
    fix: 'check free space and permissions of the state directory, then start again: what was acknowledged is kept',
  },
  ingestConflict: {
    code: 'BALLAST_INGEST_CONFLICT',
    exit: 75,
    fix: 'another process reads the same input into the same table: let it finish, then run again',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
