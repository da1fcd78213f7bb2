import { BallastError } from '@ballast/stage';
import type { ErrorKind } from '@ballast/stage';

/** Errors of reading `pipeline.yaml`; every one ends with exit status 78 (EX_CONFIG). */
export const configErrors = {
  unreadable: {
    code: 'BALLAST_CONFIG_UNREADABLE',
    exit: 78,
    fix: 'name a readable YAML file of at most 1 MiB with --config',
  },
  syntax: {
    code: 'BALLAST_CONFIG_SYNTAX',
    exit: 78,
    fix: 'correct the YAML 1.2 syntax at this place',
  },
  unknownKey: {
    code: 'BALLAST_CONFIG_UNKNOWN_KEY',
    exit: 78,
    fix: 'remove the key',
  },
  missingKey: {
    code: 'BALLAST_CONFIG_MISSING_KEY',
    exit: 78,
    fix: 'add the key',
  },
  type: {
    code: 'BALLAST_CONFIG_TYPE',
    exit: 78,
    fix: 'write a value of the type the key takes',
  },
  range: {
    code: 'BALLAST_CONFIG_RANGE',
    exit: 78,
    fix: 'choose a value inside the range',
  },
  choice: {
    code: 'BALLAST_CONFIG_CHOICE',
    exit: 78,
    fix: 'choose one of the listed values',
  },
  rule: {
    code: 'BALLAST_CONFIG_RULE',
    exit: 78,
    fix: 'change one of the two values named so that they agree',
  },
  variable: {
    code: 'BALLAST_CONFIG_VARIABLE',
    exit: 78,
    fix: 'set the environment variable, or give a default with ${NAME:-default}',
  },
} as const satisfies { readonly [name: string]: ErrorKind };

/** Errors of running a stage as a process. */
export const hostErrors = {
  logLevel: {
    code: 'BALLAST_HOST_LOG_LEVEL',
    exit: 78,
    fix: 'set BALLAST_LOG_LEVEL to one of trace, debug, info, warn, error, fatal, silent',
  },
  usage: {
    code: 'BALLAST_HOST_USAGE',
    exit: 2,
    fix: 'run the command with --help to see its flags',
  },
  port: {
    code: 'BALLAST_HOST_PORT',
    exit: 69,
    fix: 'stop the process that uses the port, or choose another one; 0 takes any free port',
  },
  bug: {
    code: 'BALLAST_HOST_BUG',
    exit: 70,
    fix: 'this is a bug: report it with the log; nothing after the last ack was acknowledged, a restart replays it',
  },
} as const satisfies { readonly [name: string]: ErrorKind };

/** The error of a server that could not listen: what it is, where it tried to, and why not. */
export function listenError(what: string, address: string, port: number, cause: unknown): BallastError {
  return new BallastError(hostErrors.port, `${what} cannot listen on ${address}:${port}`, { cause });
}
