import { parseArgs } from 'node:util';
import { BallastError } from '@ballast/stage';
import { brokersOf } from './broker.ts';
import { hostErrors } from './errors.ts';

/** What `--help` of a stage service says. */
export const usage = `usage: --state DIR [--brokers host:port,…] [--config pipeline.yaml] [--partitions 0,1,…] [--port N]

  --state       over brokers: folder of this host's replicas and of the verifier's index;
                else folder of the embedded topics (DIR/_state of a table)
  --brokers     Kafka brokers; default: kafka.brokers of pipeline.yaml, else the embedded topics
  --insecure    allow an unencrypted connection to brokers on another host
  --config      pipeline.yaml; default: every default
  --partitions  embedded topics: partitions this process works on; default: all
  --port        port of /health/live, /health/ready and /metrics; default: any free one
`;

/** Flags of a stage service. */
export interface ServeFlags {
  readonly state: string;
  readonly config: string | undefined;
  /** As given: numbers joined by commas. */
  readonly partitions: string | undefined;
  readonly port: number | undefined;
  readonly brokers: readonly string[] | undefined;
  readonly insecure: boolean;
}

/** Reads the flags of service `name`; throws BALLAST_HOST_USAGE (exit 2). */
export function readServeFlags(name: string, args: readonly string[]): ServeFlags | 'help' {
  const [text, boolean] = [{ type: 'string' } as const, { type: 'boolean' } as const];
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        state: text,
        config: text,
        partitions: text,
        port: text,
        brokers: text,
        insecure: boolean,
        help: boolean,
      },
    });
    if (values.help === true) return 'help';
    if (values.state === undefined) throw new Error('--state is missing');
    const { state, config, partitions, insecure = false } = values;
    const port = portOf(values.port);
    return { state, config, partitions, port, brokers: brokersOf(values.brokers), insecure };
  } catch (cause) {
    if (cause instanceof BallastError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new BallastError(hostErrors.usage, `${name}: ${message}`, { cause });
  }
}

/** The flag `--port` as a number; undefined when it is not given. Throws BALLAST_HOST_USAGE. */
export function portOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new BallastError(hostErrors.usage, `--port ${given} is no port`);
  return port;
}

/** The partitions named, each of which must exist; undefined means all. Throws BALLAST_HOST_USAGE. */
export function partitionsOf(given: string | undefined, count: number): readonly number[] | undefined {
  if (given === undefined) return undefined;
  return given.split(',').map((word) => {
    const partition = Number(word);
    if (word.trim() === '' || !Number.isInteger(partition) || partition < 0 || partition >= count) {
      throw new BallastError(
        hostErrors.usage,
        `--partitions ${given}: "${word}" is none of 0 to ${count - 1}`,
      );
    }
    return partition;
  });
}
