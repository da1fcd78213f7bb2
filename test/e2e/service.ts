import { z } from 'zod';
import type { Started, Workplace } from './cli.ts';

/** A service that runs. */
export interface Service extends Started {
  /** Address of the health pages. */
  readonly url: string;
  /** What it has logged so far. */
  readonly log: () => string;
}

const startedLine = z.object({ msg: z.literal('started'), url: z.string() });

/** Starts a service and waits for the line in its log that says where its health pages are. */
export async function startService(
  place: Workplace,
  args: readonly string[],
  script?: string,
): Promise<Service> {
  const started = place.start(args, {
    env: { BALLAST_LOG_LEVEL: 'info' },
    ...(script === undefined ? {} : { script }),
  });
  let log = '';
  const url = await new Promise<string>((resolve, reject) => {
    started.child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      for (const line of log.split('\n').slice(0, -1)) {
        const parsed = startedLine.safeParse(parseLine(line));
        if (parsed.success) resolve(parsed.data.url.replace('/metrics', ''));
      }
    });
    void started.ended.then(({ status, stderr }) =>
      reject(new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)),
    );
  });
  return { ...started, url, log: () => log };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
