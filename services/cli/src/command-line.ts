import { stripVTControlCharacters } from 'node:util';
import { exitCodeOf, formatError } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { renderUsage } from 'citty';
import type { CommandDef } from 'citty';
import type { Command } from './command.ts';
import { cliErrors } from './errors.ts';
import { readFlags } from './flags.ts';

const commands: { readonly [name: string]: () => Promise<Command> } = {
  dev: async () => (await import('./commands/dev.ts')).dev,
  run: async () => (await import('./commands/run.ts')).run,
  audit: async () => (await import('./commands/audit.ts')).audit,
  topics: async () => (await import('./commands/topics.ts')).topics,
  produce: async () => (await import('./commands/produce.ts')).produce,
  consume: async () => (await import('./commands/consume.ts')).consume,
  dashboard: async () => (await import('./commands/dashboard.ts')).dashboard,
  lag: async () => (await import('./commands/lag.ts')).lag,
  explain: async () => (await import('./commands/explain.ts')).explain,
  verify: async () => (await import('./commands/verify.ts')).verify,
  test: async () => (await import('./commands/test.ts')).test,
  replay: async () => (await import('./commands/replay.ts')).replay,
  validate: async () => (await import('./commands/validate.ts')).validate,
  canaries: async () => (await import('./commands/canaries.ts')).canaries,
  detect: async () => (await import('./commands/detect.ts')).detect,
  'train-detector': async () => (await import('./commands/train-detector.ts')).trainDetector,
};

/** The whole command line, for the help alone. */
async function overview(): Promise<CommandDef> {
  const entries = Object.entries(commands).map(
    async ([name, load]) => [name, usageOf(await load())] as const,
  );
  return {
    meta: {
      name: 'ballast',
      description:
        'Keeps the training data of language models from rotting: detect, verify, oversample, mix, prove.',
    },
    subCommands: Object.fromEntries(await Promise.all(entries)),
  };
}

function usageOf({ meta, args }: Command): CommandDef {
  return { meta: { ...meta }, args };
}

async function printUsage(command: CommandDef, parent?: CommandDef): Promise<void> {
  const usage = `${await renderUsage(command, parent)}\n`;
  process.stdout.write(process.stdout.isTTY ? usage : stripVTControlCharacters(usage));
}

/**
 * Runs the command line and resolves to its exit status: 0 well, 1 a check failed, 2 usage, 64–78 as in
 * sysexits, 130 after Ctrl-C. Data goes to standard output, talk to standard error.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === '--help' || name === '-h') {
      await printUsage(await overview());
      return name === undefined ? 2 : 0;
    }
    const load = commands[name];
    if (load === undefined)
      throw new BallastError(
        cliErrors.usage,
        `there is no command "${name}"; there are ${Object.keys(commands).join(', ')}`,
      );
    const command = await load();
    if (rest.includes('--help') || rest.includes('-h')) {
      await printUsage(usageOf(command), { meta: { name: 'ballast' } });
      return 0;
    }
    return await command.run(readFlags(rest, command.args));
  } catch (error) {
    process.stderr.write(formatError(error, { json: args.includes('--json') }));
    return exitCodeOf(error);
  }
}
