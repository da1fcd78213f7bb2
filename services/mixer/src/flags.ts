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

/** What `--help` of the mixer says. */
export const usage = `usage: --table DIR [--brokers host:port,…] [--config pipeline.yaml] [--state DIR] [--port N]

  --table     dataset root: data/ and refused/
  --brokers   Kafka brokers; default: kafka.brokers of pipeline.yaml, else the embedded topics
  --insecure  allow an unencrypted connection to brokers on another host
  --config    pipeline.yaml; default: every default
  --state     over brokers: folder of this host's replicas; else folder of the embedded topics.
              Default: _state of the table
  --port      port of /health/live, /health/ready and /metrics; default: any free one
`;

/** Reads the flags; throws BALLAST_MIXER_USAGE (exit 2). */
export function readMixerFlags(args: readonly string[]): MixerFlags | 'help' {
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
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) return 'help';
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
