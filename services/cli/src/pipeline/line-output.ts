import { closeSync, openSync, writeFileSync } from 'node:fs';
import { BallastError } from '@ballast/stage';
import { cliErrors } from '../errors.ts';

/** Where lines go: a file, or standard output. */
export interface LineOutput {
  /** Writes text. Throws BALLAST_CLI_OUTPUT when that fails, and nothing when the reader has gone. */
  write(text: string): void;
  /** Aborts when the reader of standard output has gone: it has what it wanted, and more would go nowhere. */
  readonly signal: AbortSignal;
  /** Resolves when all is handed to the system. Rejects BALLAST_CLI_OUTPUT. */
  close(): Promise<void>;
}

/** Opens a file anew, or standard output for `-`. Throws BALLAST_CLI_OUTPUT (exit 74). */
export function openLineOutput(path: string): LineOutput {
  return path === '-' ? standardOutput() : file(path);
}

function file(path: string): LineOutput {
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (cause) {
      throw failure(path, cause);
    }
  };
  const fd = attempt(() => openSync(path, 'w'));
  return {
    write: (text) => attempt(() => writeFileSync(fd, text)),
    signal: new AbortController().signal,
    close: async () => attempt(() => closeSync(fd)),
  };
}

function standardOutput(): LineOutput {
  const { stdout } = process;
  const gone = new AbortController();
  let failed: unknown;
  const onError = (error: unknown): void => {
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') gone.abort();
    else failed = error;
  };
  stdout.on('error', onError);
  const check = (): void => {
    if (failed !== undefined) throw failure('standard output', failed);
  };
  return {
    write(text) {
      check();
      if (!gone.signal.aborted) stdout.write(text);
    },
    signal: gone.signal,
    async close() {
      // The callback of an empty write comes after those of all writes before it, failed ones too.
      await new Promise<void>((resolve) => stdout.write('', () => resolve()));
      check();
    },
  };
}

function failure(place: string, cause: unknown): BallastError {
  return new BallastError(cliErrors.output, `cannot write ${place}`, { cause });
}
