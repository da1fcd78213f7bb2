import type { ErrorKind } from '@ballast/stage';

/** Errors of the command line itself. */
export const cliErrors = {
  usage: {
    code: 'BALLAST_CLI_USAGE',
    exit: 2,
    fix: 'run the command with --help to see its flags',
  },
  noInput: {
    code: 'BALLAST_CLI_NO_INPUT',
    exit: 2,
    fix: 'give at least one file: ballast run --input FILE --table DIR',
  },
  unknownDocument: {
    code: 'BALLAST_CLI_UNKNOWN_DOCUMENT',
    exit: 66,
    fix: 'check the id; documents that were never ingested into this table have no path',
  },
  noState: {
    code: 'BALLAST_CLI_NO_STATE',
    exit: 66,
    fix: 'name the embedded state of this table with --state DIR, or its brokers with --brokers',
  },
  noReplay: {
    code: 'BALLAST_CLI_NO_REPLAY',
    exit: 66,
    fix: 'the replays of a table are the files in DIR/ballast/replays: those without a .done.json can go on',
  },
  output: {
    code: 'BALLAST_CLI_OUTPUT',
    exit: 74,
    fix: 'check that --output can be created and its disk has room, then run the command again',
  },
  noTopic: {
    code: 'BALLAST_CLI_NO_TOPIC',
    exit: 78,
    fix: 'ballast topics create',
  },
  producing: {
    code: 'BALLAST_CLI_PRODUCING',
    exit: 75,
    fix: 'let the other one end, or stop it; then run the same command again',
  },
  worker: {
    code: 'BALLAST_CLI_WORKER_ENDED',
    exit: 70,
    fix: "read the worker's own message above; nothing it had acked is lost, the same command goes on where it was",
  },
} as const satisfies { readonly [name: string]: ErrorKind };
