/**
 * Runs a broker until standard input closes; prints one line of JSON when it is ready.
 * `npm test` holds the other end, so the broker ends with the tests however they end.
 *
 *   node test/broker/main.ts [--nodes 1|3] [--version 4.4.0] [--size small|bench]
 */
import { readFlags } from '../flags.ts';
import { startBroker } from './broker.ts';

const values = readFlags(import.meta.filename, {
  nodes: { type: 'string', default: '1' },
  version: { type: 'string' },
  size: { type: 'string', default: 'small' },
});
const broker = await startBroker({
  nodes: values.nodes === '3' ? 3 : 1,
  size: values.size === 'bench' ? 'bench' : 'small',
  ...(values.version === undefined ? {} : { version: values.version }),
});
const { bootstrap, readyMs, nodes } = broker;
const logs = nodes.map(({ logFile }) => logFile);
process.stdout.write(`${JSON.stringify({ bootstrap, readyMs, logs })}\n`);
process.stdin.resume();
process.stdin.once('close', () => void broker.stop());
