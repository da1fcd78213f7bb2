import { parseArgs } from 'node:util';
import { BallastError } from '@ballast/stage';
import type { ArgsDef } from 'citty';
import { cliErrors } from './errors.ts';

/** Values of a command's flags as given; lists for every string flag, in order. */
export interface Flags {
  /** Last value of a string flag. */
  text(name: string): string | undefined;
  /** Every value of a string flag. */
  texts(name: string): readonly string[];
  /** A string flag as a whole number of at least `least`. Throws BALLAST_CLI_USAGE otherwise. */
  count(name: string, least: number): number | undefined;
  /** True when a boolean flag is given. */
  on(name: string): boolean;
  readonly positionals: readonly string[];
}

/**
 * Reads a command's arguments strictly: an unknown flag is an error (exit 2) and never ignored.
 * A string flag takes every word up to the next flag, so `--input a b` gives two values; `--` ends flags.
 * citty renders the help from the same definition but lets unknown flags pass, so it does not parse here.
 */
export function readFlags(rawArgs: readonly string[], args: ArgsDef): Flags {
  const options = Object.fromEntries(
    Object.entries(args)
      .filter(([, { type }]) => type !== 'positional')
      .map(([name, { type }]) => [
        name,
        { type: type === 'boolean' ? ('boolean' as const) : ('string' as const), multiple: true },
      ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: repeatFlags(rawArgs, options),
      options,
      allowPositionals: true,
      strict: true,
    });
    const places = Object.entries(args).filter(([, { type }]) => type === 'positional');
    const surplus = positionals.slice(places.length);
    if (surplus.length > 0)
      throw new BallastError(cliErrors.usage, `${surplus.join(' ')} is one word too many`);
    const texts = (name: string): readonly string[] =>
      [values[name] ?? []].flat().filter((value) => typeof value === 'string');
    return {
      texts,
      text: (name) => texts(name).at(-1),
      count: (name, least) => countOf(name, texts(name).at(-1), least),
      on: (name) => [values[name] ?? []].flat().at(-1) === true,
      positionals,
    };
  } catch (error) {
    if (error instanceof BallastError) throw error;
    throw new BallastError(cliErrors.usage, error instanceof Error ? error.message : String(error));
  }
}

/** `--input a b` becomes `--input a --input b`, as parseArgs knows no flag with several words. */
function repeatFlags(
  rawArgs: readonly string[],
  options: { readonly [name: string]: { readonly type: string } },
): string[] {
  const repeated: string[] = [];
  let flag: string | undefined;
  let words = 0;
  for (const [index, word] of rawArgs.entries()) {
    if (word === '--') return [...repeated, ...rawArgs.slice(index)];
    if (word.startsWith('--')) {
      const [name = ''] = word.slice(2).split('=');
      flag = options[name]?.type === 'string' && !word.includes('=') ? word : undefined;
      words = 0;
    } else if (flag !== undefined) {
      words += 1;
      if (words > 1) repeated.push(flag);
    }
    repeated.push(word);
  }
  return repeated;
}

function countOf(name: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < least) {
    throw new BallastError(cliErrors.usage, `--${name} is ${value}, not a whole number of at least ${least}`);
  }
  return count;
}
