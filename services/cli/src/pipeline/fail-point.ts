/**
 * For the crash tests: ends the process by SIGKILL when it passes the named point the n-th time.
 * BALLAST_FAIL_AT=`point@n`; without the variable it does nothing.
 */
export function failPoint(point: string): void {
  if (wanted === undefined || wanted.point !== point) return;
  remaining -= 1;
  if (remaining === 0) process.kill(process.pid, 'SIGKILL');
}

const wanted = readWanted(process.env['BALLAST_FAIL_AT']);
let remaining = wanted?.count ?? 0;

function readWanted(
  value: string | undefined,
): { readonly point: string; readonly count: number } | undefined {
  const match = /^([a-z:]+)@(\d+)$/.exec(value ?? '');
  return match?.[1] === undefined ? undefined : { point: match[1], count: Number(match[2]) };
}
