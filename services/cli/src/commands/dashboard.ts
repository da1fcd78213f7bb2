import { join } from 'node:path';
import { startDashboard } from '@ballast/dashboard';
import { portOf } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import type { Command } from '../command.ts';
import { TableView } from '../dashboard/view.ts';
import { cliErrors } from '../errors.ts';
import { brokerArgs, brokerPipeline } from '../kafka/broker-flags.ts';
import { stopSignal } from '../stop-signal.ts';

const args = {
  ...brokerArgs,
  table: { type: 'string', valueHint: 'DIR', description: 'Dataset root; it need not be there yet' },
  state: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Without brokers: embedded state; default DIR/_state',
  },
  port: { type: 'string', valueHint: 'N', description: 'Port of the page on loopback; default any free one' },
  json: { type: 'boolean', description: 'Print the numbers once, as JSON, and serve nothing' },
} as const;

/** Milliseconds that the page, and `--json`, wait for numbers that were never taken. */
const [pageWaitMs, jsonWaitMs] = [1_500, 60_000];

/** `ballast dashboard`: a read-only page over a table, its topics and its canaries, until Ctrl-C. */
export const dashboard: Command = {
  meta: {
    name: 'dashboard',
    description: 'A read-only live page over a table, its topics and its canaries.',
  },
  args,
  run: async (flags) => {
    const root = flags.text('table');
    if (root === undefined)
      throw new BallastError(
        cliErrors.usage,
        'dashboard needs the dataset root: ballast dashboard --table DIR',
      );
    const port = portOf(flags.text('port')) ?? 0;
    await using view = new TableView({
      root,
      state: flags.text('state') ?? join(root, '_state'),
      pipeline: brokerPipeline(flags),
      insecure: flags.on('insecure'),
    });
    if (flags.on('json')) {
      const snapshot = await view.snapshot(jsonWaitMs);
      process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...snapshot })}\n`);
      return 0;
    }
    using stop = stopSignal();
    const page = await startDashboard({
      port,
      signal: stop.signal,
      snapshot: () => view.snapshot(pageWaitMs),
    });
    process.stderr.write(`the page is at ${page.url}; Ctrl-C ends it\n`);
    if (!stop.signal.aborted)
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
    await page.close();
    return 0;
  },
};
