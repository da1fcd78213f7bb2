import type { ErrorKind } from '@ballast/stage';

/** Everything that the table can complain of. */
export const tableErrors = {
  io: {
    code: 'BALLAST_TABLE_IO',
    exit: 74,
    fix: 'Make room on the device or make the table directory writable, then run again: nothing is lost.',
  },
  notATable: {
    code: 'BALLAST_TABLE_NOT_A_TABLE',
    exit: 66,
    fix: 'Name the directory that holds data/ and refused/, as given to --table.',
  },
  foreign: {
    code: 'BALLAST_TABLE_FOREIGN_COMMIT',
    exit: 65,
    fix: 'Something other than Ballast wrote to this table: start a new table, and let only Ballast write to it.',
  },
  damaged: {
    code: 'BALLAST_TABLE_LOG_DAMAGED',
    exit: 65,
    fix: 'Restore the _delta_log directory from a copy: its entries are never edited, moved or removed.',
  },
  misplaced: {
    code: 'BALLAST_TABLE_MISPLACED',
    exit: 70,
    fix: 'This is a fault of Ballast: run again (nothing was committed) and report the message.',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
