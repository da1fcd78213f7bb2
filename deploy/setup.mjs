// Brings a fresh machine to readiness. Plain JavaScript for the host's Node (20 or later), because
// it runs before anything is installed; everything after it runs on the pinned Node 24.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** Folder of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinned = join(root, 'node_modules', '.bin', 'node');
const installedLock = join(root, 'node_modules', '.ballast-lock');

/** Says on stderr what the set-up does. */
export function say(text) {
  process.stderr.write(`ballast: ${text}\n`);
}

/** Ends the process with the reason and the exact command that mends it. */
export function stop(text, fix, status = 69) {
  say(text);
  say(`fix: ${fix}`);
  process.exit(status);
}

/** Installs the packages of the lock file unless exactly these are installed already. */
export function ensurePackages() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(pinned) && existsSync(installedLock) && readFileSync(installedLock, 'utf8') === lock) return;
  say('installing packages from the lock file (npm ci)');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) stop('npm ci failed', `run "npm ci" in ${root} and read its error`);
  writeFileSync(installedLock, lock);
}

/** Path of the Node that runs the project: the pinned 24, else the host's if it is 24 or later. */
export function node24() {
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return stop(
    `no pinned Node for ${process.platform}-${process.arch}, and the host's is ${process.versions.node}`,
    'install Node 24 or later and run the command again',
  );
}

/** Installs system packages when root; otherwise ends with the exact command, exit 69. Never skips silently. */
export function ensureSystemPackages(commands) {
  const missing = Object.entries(commands).filter(([command]) => !onPath(command));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages}`;
  const names = missing.map(([command]) => command).join(', ');
  if (!onPath('apt-get'))
    stop(`the tests need ${names}`, `install ${packages} with this system's package manager`);
  if (process.getuid?.() !== 0) stop(`the tests need ${names}`, `sudo sh -c '${install}'`);
  say(`installing ${packages} (the tests need ${names})`);
  const result = spawnSync('sh', ['-c', install], {
    stdio: ['ignore', 'ignore', 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.status !== 0) stop(`could not install ${packages}`, `run: ${install}`);
}

/**
 * Starts the broker the tests share and resolves with its address and a way to read the end of its log.
 * It ends when this process does: the pipe to its standard input closes. KAFKA_BOOTSTRAP names another one.
 */
export async function startTestBroker() {
  const given = process.env.KAFKA_BOOTSTRAP;
  if (given) return { bootstrap: given, stop: () => {}, logTail: () => '' };
  const main = join(root, 'test/broker/main.ts');
  const child = spawn(node24(), [main], { cwd: root, stdio: ['pipe', 'pipe', 2], env: environment() });
  const line = await new Promise((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text);
    });
    child.once('exit', () => resolve(undefined));
  });
  if (line === undefined)
    return stop(
      'the test broker did not start',
      'read its message above; KAFKA_BOOTSTRAP names a broker that runs',
    );
  const { bootstrap, readyMs, logs } = JSON.parse(line);
  say(`Apache Kafka is ready at ${bootstrap} after ${readyMs} ms`);
  child.unref();
  return {
    bootstrap,
    stop: () => child.stdin.end(),
    logTail: () => logs.map((log) => readFileSync(log, 'utf8').split('\n').slice(-40).join('\n')).join('\n'),
  };
}

function onPath(command) {
  return (process.env.PATH ?? '')
    .split(':')
    .some((folder) => folder !== '' && existsSync(join(folder, command)));
}

/** Environment in which every child finds the pinned Node first. */
export function environment() {
  return {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
  };
}
