// `npm start`: installs if needed, then runs the demo on the pinned Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { ensurePackages, environment, node24, root } from './setup.mjs';

ensurePackages();
const child = spawn(
  node24(),
  [join(root, 'services/cli/src/main.ts'), 'dev', '--demo', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: environment(),
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
