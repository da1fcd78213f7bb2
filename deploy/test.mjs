// `npm test`: sets up what the tests need, runs `npm run verify`, starts a Kafka broker, runs every test
// against it and ends with their count.
import { spawn, spawnSync } from 'node:child_process';
import process from 'node:process';
import {
  ensurePackages,
  ensureSystemPackages,
  environment,
  node24,
  root,
  say,
  startTestBroker,
  stop,
} from './setup.mjs';

ensureSystemPackages({
  bwrap: 'bubblewrap',
  python3: 'python3',
  java: 'openjdk-17-jre-headless',
  mvn: 'maven',
  'redis-server': 'redis-server',
});
ensurePackages();

for (const script of ['check', 'lint', 'format:check', 'boundaries', 'unused']) {
  say(`npm run ${script}`);
  const result = spawnSync('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: environment(),
  });
  if (result.status !== 0)
    stop(`npm run ${script} failed`, `mend what it reports; "npm run verify" runs all of these`, 1);
}

const broker = await startTestBroker();
say('node --test');
const globs = ['libs/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'];
const tests = spawn(node24(), ['--test', '--test-timeout=600000', '--test-reporter=tap', ...globs], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...environment(), KAFKA_BOOTSTRAP: broker.bootstrap },
});
const counts = new Map();
let tail = '';
tests.stdout.setEncoding('utf8');
tests.stdout.on('data', (chunk) => {
  const lines = (tail + chunk).split('\n');
  tail = lines.pop() ?? '';
  for (const line of lines) report(line);
});
tests.on('exit', (code) => {
  report(tail);
  const [passed, failed, skipped] = ['pass', 'fail', 'skipped'].map((name) => counts.get(name) ?? 0);
  const cancelled = counts.get('cancelled') ?? 0;
  if (passed === 0) stop('no test ran', 'check the globs in deploy/test.mjs', 1);
  if (code !== 0) say(`the end of the broker's log:\n${broker.logTail()}`);
  broker.stop();
  process.stdout.write(`${passed} passed, ${failed + cancelled} failed, ${skipped} skipped\n`);
  process.exit(code ?? 1);
});

/** Passes on what a person wants to see: failures with their detail, one line per file's tests, the totals. */
function report(line) {
  const total = /^# (tests|pass|fail|cancelled|skipped|todo) (\d+)$/.exec(line);
  if (total !== null) counts.set(total[1], Number(total[2]));
  process.stdout.write(`${line}\n`);
}
