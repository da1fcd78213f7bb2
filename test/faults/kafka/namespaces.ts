import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Unavailable } from './fault-case.ts';

/** Three network namespaces on a bridge, one per broker, whose links can be cut. */
export interface BrokerNetwork extends Disposable {
  readonly hosts: readonly { readonly host: string; readonly prefix: readonly string[] }[];
  /** Node `i` (from 0) can no longer reach the other two; one way: it still hears them. */
  cutOff(i: number, oneWay: boolean): void;
  heal(i: number): void;
}

/**
 * Lays the network; needs root and iproute2, else throws {@link Unavailable} with what is missing.
 * Clients on the host reach all three over the bridge, also a node the others do not reach.
 */
export function brokerNetwork(): BrokerNetwork {
  if (process.getuid?.() !== 0) throw new Unavailable('network namespaces need root');
  const name = `b${randomBytes(3).toString('hex')}`;
  const net = `10.${100 + Math.floor(Math.random() * 100)}.${Math.floor(Math.random() * 250)}`;
  const dispose = (): void => {
    for (const i of [1, 2, 3]) ip(['netns', 'del', `${name}n${i}`]);
    ip(['link', 'del', `${name}br`]);
  };
  try {
    must(['link', 'add', 'name', `${name}br`, 'type', 'bridge']);
    must(['addr', 'add', `${net}.254/24`, 'dev', `${name}br`]);
    must(['link', 'set', `${name}br`, 'up']);
    for (const i of [1, 2, 3]) {
      must(['netns', 'add', `${name}n${i}`]);
      must(['link', 'add', `${name}v${i}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${name}n${i}`]);
      must(['link', 'set', `${name}v${i}`, 'master', `${name}br`]);
      must(['link', 'set', `${name}v${i}`, 'up']);
      inside(i, ['addr', 'add', `${net}.${i}/24`, 'dev', 'eth0']);
      inside(i, ['link', 'set', 'eth0', 'up']);
      inside(i, ['link', 'set', 'lo', 'up']);
    }
  } catch (error) {
    dispose();
    throw new Unavailable(
      `no network namespaces here: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  // Packets to a hardware address that nobody has vanish without an error, as on a cut line.
  const lead = (from: number, to: number, away: boolean): unknown =>
    ip([
      '-n',
      `${name}n${from}`,
      'neigh',
      ...(away ? ['replace', `${net}.${to}`, 'lladdr', nobody, 'nud', 'permanent'] : ['del', `${net}.${to}`]),
      'dev',
      'eth0',
    ]);
  const each = (i: number, away: boolean, oneWay: boolean): void => {
    for (const other of [1, 2, 3].filter((other) => other !== i + 1)) {
      lead(i + 1, other, away);
      if (!oneWay) lead(other, i + 1, away);
    }
  };
  function inside(i: number, args: readonly string[]): void {
    must(['-n', `${name}n${i}`, ...args]);
  }
  return {
    hosts: [1, 2, 3].map((i) => ({ host: `${net}.${i}`, prefix: ['ip', 'netns', 'exec', `${name}n${i}`] })),
    cutOff: (i, oneWay) => each(i, true, oneWay),
    heal: (i) => each(i, false, false),
    [Symbol.dispose]: dispose,
  };
}

/** A locally administered address. */
const nobody = '02:00:00:00:00:99';

function ip(args: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  return { status, stderr };
}

function must(args: readonly string[]): void {
  const { status, stderr } = ip(args);
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
}
