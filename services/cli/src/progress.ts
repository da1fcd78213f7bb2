/** Prints progress on standard error: a line a second in a terminal, one each ten seconds elsewhere, none when quiet. */
export interface Progress {
  /** Offers a line; it is printed when its time has come. `force` prints it now. */
  offer(line: () => string, force?: boolean): void;
}

/** Milliseconds between lines in a terminal and elsewhere. */
const intervalsMs = { terminal: 1_000, log: 10_000 } as const;

/** Progress for this process; `everySecond` keeps the terminal's pace elsewhere too. */
export function createProgress(options: {
  readonly quiet: boolean;
  readonly everySecond?: boolean;
}): Progress {
  const interval =
    process.stderr.isTTY || options.everySecond === true ? intervalsMs.terminal : intervalsMs.log;
  let last = Number.NEGATIVE_INFINITY;
  return {
    offer(line, force = false) {
      const now = performance.now();
      if (options.quiet || (!force && now - last < interval)) return;
      last = now;
      process.stderr.write(`${line()}\n`);
    },
  };
}
