import { BallastError } from '@ballast/stage';
import type { Command } from '../command.ts';
import { runDemo } from '../demo/run-demo.ts';
import { cliErrors } from '../errors.ts';

const args = {
  demo: {
    type: 'boolean',
    description: 'Feed the demo: human prose of installed packages, and machine text',
  },
  dir: { type: 'string', valueHint: 'DIR', description: 'Dataset root; default ballast-data' },
  once: {
    type: 'boolean',
    description: 'End after the feed is committed and audited, instead of serving on',
  },
  port: { type: 'string', valueHint: 'N', description: 'Port of the page on loopback; default any free one' },
  rate: {
    type: 'string',
    valueHint: 'N',
    description: 'Documents fed per second; default 150, with --once as fast as it goes',
  },
  quiet: { type: 'boolean', description: 'No progress' },
} as const;

/** `ballast dev --demo`: everything in one process, with a live page. `npm start` is this. */
export const dev: Command = {
  meta: { name: 'dev', description: 'Everything in one process over embedded topics, with a live page.' },
  args,
  run: (flags) => {
    if (!flags.on('demo'))
      throw new BallastError(
        cliErrors.usage,
        'dev feeds the demo: give --demo, or use ballast run --input FILE --table DIR for your own text',
      );
    const isOnce = flags.on('once');
    return runDemo({
      root: flags.text('dir') ?? 'ballast-data',
      isOnce,
      port: flags.count('port', 0) ?? 0,
      rate: flags.count('rate', 1) ?? (isOnce ? undefined : 150),
      isQuiet: flags.on('quiet'),
    });
  },
};
