import { BallastError } from '@ballast/stage';
import { ConfigError } from './config-error.ts';
import { hostErrors } from './errors.ts';
import { visible } from './visible.ts';

/** Longest chain of causes that is printed. */
const causesMax = 5;

/**
 * An error for the person in front of the terminal: code, message, causes, what to do and where it is
 * explained; as one JSON object (`schemaVersion` 1) when `json` is set. Ends with a line end. Anything
 * that is not a BallastError is a bug and keeps its stack.
 */
export function formatError(error: unknown, options: { readonly json?: boolean } = {}): string {
  return options.json === true ? `${JSON.stringify(asJson(error))}\n` : `${visible(asText(error))}\n`;
}

/** Exit status of an error (sysexits): its own, or 70 for a bug. */
export function exitCodeOf(error: unknown): number {
  return error instanceof BallastError ? error.exit : hostErrors.bug.exit;
}

function asText(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, message, fix } = describe(error);
  const causes = causesOf(error).map((cause) => `   because: ${cause}\n`);
  const stack = error instanceof Error && !(error instanceof BallastError) ? `${stackBelow(error)}\n` : '';
  return `${code}: ${message}\n${causes.join('')}${stack}   fix: ${fix}      docs: errors.md#${code}`;
}

function asJson(error: unknown): object {
  const { code, message, fix } = describe(error);
  const causes = causesOf(error);
  return {
    schemaVersion: 1,
    error: {
      code,
      message,
      fix,
      docs: `errors.md#${code}`,
      exit: exitCodeOf(error),
      ...(causes.length > 0 ? { causes } : {}),
      ...(error instanceof ConfigError
        ? {
            problems: error.problems.map(({ kind, ...problem }) => ({
              code: kind.code,
              ...problem,
              docs: `errors.md#${kind.code}`,
            })),
          }
        : {}),
    },
  };
}

function describe(error: unknown): { readonly code: string; readonly message: string; readonly fix: string } {
  if (error instanceof BallastError) return error;
  return { ...hostErrors.bug, message: messageOf(error) };
}

function causesOf(error: unknown): readonly string[] {
  const causes: string[] = [];
  let current = error instanceof Error ? error.cause : undefined;
  while (current !== undefined && causes.length < causesMax) {
    causes.push(messageOf(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return causes;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function stackBelow(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.slice(0, 8).join('\n');
}
