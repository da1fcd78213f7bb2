import { parseArgs } from 'node:util';
import { brokersOf, portOf } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { mixerErrors } from './errors.ts';

/** Flags of the mixer's process. */
export interface MixerFlags {
  readonly table: string;
  readonly state?: string | undefined;
  readonly config?: string | undefined;
  readonly port?: number | undefined;
  readonly brokers?: readonly string[] | undefined;
  /** PLAINTEXT to another host is allowed. */
  readonly insecure: boolean;
}

/** Reads the flags; throws BALLAST_MIXER_USAGE (exit 2). */
export function readMixerFlags(args: readonly string[]): MixerFlags {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        table: text,
        state: text,
        config: text,
        port: text,
        brokers: text,
        insecure: { type: 'boolean' },
      },
    });
    if (values.table === undefined) throw new Error('--table is missing');
    const { table, state, config, port, insecure = false } = values;
    return {
      table,
      state,
      config,
      port: portOf(port),
      brokers: brokersOf(values.brokers),
      insecure,
    };
  } catch (cause) {
    if (cause instanceof BallastError) throw cause;
    throw new BallastError(
      mixerErrors.usage,
      `mixer: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
