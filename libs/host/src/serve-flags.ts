import { parseArgs } from 'node:util';
import { BallastError } from '@ballast/stage';
import { hostErrors } from './errors.ts';

/** What `--help` of a stage service says. */
export const usage = `usage: --state DIR [--config pipeline.yaml] [--partitions 0,1,…] [--port N]

  --state       folder of the embedded topics (DIR/_state of a table)
  --config      pipeline.yaml; default: every default
  --partitions  partitions this process works on; default: all
  --port        port of /health/live, /health/ready and /metrics; default: any free one
`;

/** Flags of a stage service. */
export interface ServeFlags {
  readonly state: string;
  readonly config: string | undefined;
  /** As given: numbers joined by commas. */
  readonly partitions: string | undefined;
  readonly port: number | undefined;
}

/** Reads the flags of service `name`; throws BALLAST_HOST_USAGE (exit 2). */
export function readServeFlags(name: string, args: readonly string[]): ServeFlags | 'help' {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { state: text, config: text, partitions: text, port: text, help: { type: 'boolean' } },
    });
    if (values.help === true) return 'help';
    if (values.state === undefined) throw new Error('--state is missing');
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      throw new Error(`--port ${values.port} is no port`);
    }
    return { state: values.state, config: values.config, partitions: values.partitions, port };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new BallastError(hostErrors.usage, `${name}: ${message}`, { cause });
  }
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
