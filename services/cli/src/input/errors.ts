import type { ErrorKind } from '@ballast/stage';

/** Errors of reading input files. What was readable before the error has been ingested. */
export const inputErrors = {
  missing: {
    code: 'BALLAST_INPUT_MISSING',
    exit: 66,
    fix: 'check the path: the input must be a file that exists and may be read',
  },
  read: {
    code: 'BALLAST_INPUT_READ',
    exit: 74,
    fix: 'the disk or file system failed while reading: repair it and run again, the run goes on where it was',
  },
  truncated: {
    code: 'BALLAST_INPUT_TRUNCATED',
    exit: 65,
    fix: 'the compressed file ends too early: fetch it again and run again, what was read is kept and not read twice',
  },
  corrupt: {
    code: 'BALLAST_INPUT_CORRUPT',
    exit: 65,
    fix: 'the compressed file is damaged at the named byte: fetch it again and run again',
  },
  bomb: {
    code: 'BALLAST_INPUT_BOMB',
    exit: 65,
    fix: 'the file expands more than a thousandfold: if it is meant to, decompress it and pass the plain file',
  },
  format: {
    code: 'BALLAST_INPUT_FORMAT',
    exit: 65,
    fix: 'pass .jsonl, .jsonl.gz, .jsonl.zst, .parquet, or - for standard input',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
