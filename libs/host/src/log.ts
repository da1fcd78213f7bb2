import { BallastError } from '@ballast/stage';
import { destination, pino } from 'pino';
import type { Logger } from 'pino';
import { hostErrors } from './errors.ts';
import { formatLogLine } from './log-line.ts';
import { suggest } from './suggest.ts';

export type { Logger } from 'pino';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Least severe level that is written. WARN = recovered, nothing lost; ERROR = lost, or a human is needed. */
export type LogLevel = (typeof levels)[number];

/** How a logger writes. */
export interface LogOptions {
  /** Default: BALLAST_LOG_LEVEL, else `info`. */
  readonly level?: LogLevel;
  /** Where the lines go. Default: standard error, written at once, so that an exit loses nothing. */
  readonly stream?: { write(line: string): unknown };
  /** `text` for people, `json` for machines. Default: text on a terminal, JSON elsewhere. */
  readonly format?: 'text' | 'json';
}

/**
 * A pino logger under the name of a stage or service. Fields called `text` are never written:
 * document text has no place in a log. Throws BALLAST_HOST_LOG_LEVEL when BALLAST_LOG_LEVEL names no level.
 */
export function createLogger(name: string, options: LogOptions = {}): Logger {
  const format = options.format ?? (options.stream === undefined && process.stderr.isTTY ? 'text' : 'json');
  const target = options.stream ?? destination({ fd: 2, sync: true });
  const stream = format === 'json' ? target : { write: (json: string) => target.write(formatLogLine(json)) };
  const redact = { paths: ['text', '*.text', '*.*.text'], censor: '[document text]' };
  return pino({ name, level: options.level ?? levelOf(process.env['BALLAST_LOG_LEVEL']), redact }, stream);
}

function levelOf(text: string | undefined): LogLevel {
  if (text === undefined || text === '') return 'info';
  const level = levels.find((known) => known === text.toLowerCase());
  if (level !== undefined) return level;
  const meant = suggest(text, levels);
  throw new BallastError(
    hostErrors.logLevel,
    `BALLAST_LOG_LEVEL is "${text.slice(0, 40)}", which is no level${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}
