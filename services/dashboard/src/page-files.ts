import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { libraries } from './shell.ts';

/** A file of the page as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly body: string;
}

const javascript = 'text/javascript; charset=utf-8';
const page = new URL('page/', import.meta.url);

/**
 * Everything the page loads, by path: its own modules with their types removed, the libraries' own
 * module files, style and icon. A closed list made at start, so that no request can name a file.
 */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(page)) {
    const body = (): string => readFileSync(new URL(name, page), 'utf8');
    if (name.endsWith('.css')) files.set(`/page/${name}`, { type: 'text/css; charset=utf-8', body: body() });
    if (name.endsWith('.svg')) files.set(`/page/${name}`, { type: 'image/svg+xml', body: body() });
    if (/^[a-z-]+\.ts$/.test(name)) {
      files.set(`/page/${name}`, { type: javascript, body: withoutTypes(body()) });
    }
  }
  for (const { name, path } of libraries) {
    const file = fileURLToPath(import.meta.resolve(name));
    // The source maps beside these files are not served.
    const body = readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/gm, '');
    files.set(path, { type: javascript, body });
  }
  return files;
}

/**
 * Types become spaces, so lines and columns stay those of the source. Node 24 warns once that the call
 * is experimental; a user of the page can do nothing about that, so exactly this warning is left out.
 */
function withoutTypes(source: string): string {
  const emitWarning = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  const warn = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (String(warning).includes('stripTypeScriptTypes')) return;
    Reflect.apply(warn, undefined, [warning, ...rest]);
  };
  try {
    return stripTypeScriptTypes(source);
  } finally {
    if (emitWarning === undefined) Reflect.deleteProperty(process, 'emitWarning');
    else Object.defineProperty(process, 'emitWarning', emitWarning);
  }
}
