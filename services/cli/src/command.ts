import type { ArgsDef } from 'citty';
import type { Flags } from './flags.ts';

/** A command as data: what its help says, and what it does. */
export interface Command {
  readonly meta: { readonly name: string; readonly description: string };
  readonly args: ArgsDef;
  /** Runs it and gives the exit status. Throws BallastErrors for the user. */
  readonly run: (flags: Flags) => Promise<number> | number;
}
