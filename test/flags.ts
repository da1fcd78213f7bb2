import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/** What the command line ends with when it does not understand its words. */
const usageStatus = 2;

/**
 * Reads the flags of a script. `--help` prints the comment at the script's head, which says how it is used,
 * and ends the process with 0; a flag it does not have ends it with 2 and one line.
 *
 * @param script `import.meta.filename`. @param options As for `parseArgs` of node:util.
 */
export function readFlags<const T extends NonNullable<ParseArgsConfig['options']>>(
  script: string,
  options: T,
): ReturnType<typeof parseArgs<{ readonly options: T }>>['values'] {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(headComment(script));
    process.exit(0);
  }
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${basename(script, '.ts')}: ${error.message}; --help says how it is used\n`);
    return process.exit(usageStatus);
  }
}

function headComment(script: string): string {
  const comment = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(readFileSync(script, 'utf8'))?.[1] ?? '';
  return `${comment.replaceAll(/^ \* ?/gm, '')}\n`;
}
