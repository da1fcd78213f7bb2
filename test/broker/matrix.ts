/**
 * `npm run test:kafka-matrix`: the tests of libs/kafka and the conformance suite against each version of
 * Apache Kafka that is supported, one after the other.
 *
 *   node test/broker/matrix.ts [3.9.2 4.4.0 …]
 */
import { spawn } from 'node:child_process';
import { startBroker } from './broker.ts';

const given = process.argv.slice(2);
const versions = given.length > 0 ? given : ['3.9.2', '4.0.2', '4.3.1', '4.4.0'];
const root = new URL('../../', import.meta.url).pathname;
let failed = 0;
for (const version of versions) {
  await using broker = await startBroker({ version });
  process.stdout.write(`Apache Kafka ${version}, ready after ${broker.readyMs} ms\n`);
  const tests = ['libs/kafka/src/**/*.test.ts', 'test/broker/*.test.ts'];
  const child = spawn(
    process.execPath,
    ['--test', '--test-reporter=dot', '--test-timeout=300000', ...tests],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, KAFKA_BOOTSTRAP: broker.bootstrap, KAFKA_VERSION: version },
    },
  );
  const status = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  process.stdout.write(`Apache Kafka ${version}: ${status === 0 ? 'passed' : `failed (${status})`}\n`);
  if (status !== 0) {
    failed += 1;
    process.stdout.write(`${broker.logTail()}\n`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
