/**
 * For the crash tests: stops the process when it passes the named point the n-th time.
 * BALLAST_FAIL_AT=`point@n` ends it by SIGKILL; BALLAST_FREEZE_AT=`point@n` freezes it by SIGSTOP, a
 * zombie that believes it still owns what it holds. Without the variables it does nothing.
 */
export function failPoint(point: string): void {
  for (const trap of traps) {
    if (trap.point !== point) continue;
    trap.remaining -= 1;
    if (trap.remaining === 0) process.kill(process.pid, trap.signal);
  }
}

interface Trap {
  readonly point: string;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  remaining: number;
}

const traps: readonly Trap[] = [
  ...trapOf(process.env['BALLAST_FAIL_AT'], 'SIGKILL'),
  ...trapOf(process.env['BALLAST_FREEZE_AT'], 'SIGSTOP'),
];

function trapOf(value: string | undefined, signal: Trap['signal']): readonly Trap[] {
  const [, point, count] = /^([a-z:]+)@(\d+)$/.exec(value ?? '') ?? [];
  return point === undefined ? [] : [{ point, signal, remaining: Number(count) }];
}
