import { parseArgs } from 'node:util';
import { BallastError } from '@ballast/stage';
import { mixerErrors } from './errors.ts';

/** Flags of the mixer's process. */
export interface MixerFlags {
  readonly table: string;
  readonly state?: string | undefined;
  readonly config?: string | undefined;
  readonly port?: number | undefined;
}

/** Reads the flags; throws BALLAST_MIXER_USAGE (exit 2). */
export function readMixerFlags(args: readonly string[]): MixerFlags {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { table: text, state: text, config: text, port: text },
    });
    if (values.table === undefined) throw new Error('--table is missing');
    const { table, state, config, port } = values;
    return { table, state, config, port: port === undefined ? undefined : portOf(port) };
  } catch (cause) {
    throw new BallastError(
      mixerErrors.usage,
      `mixer: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${text} is no port`);
  return port;
}
