import { stripTypeScriptTypes } from 'node:module';

/** What other hosts of JavaScript offer and this one does not: code that needs it is not judged here. */
export const hostNames: readonly string[] = [
  'AbortController',
  'alert',
  'Atomics',
  'Buffer',
  'crypto',
  'document',
  'Event',
  'EventTarget',
  'fetch',
  'global',
  'Intl',
  'localStorage',
  'process',
  'prompt',
  'queueMicrotask',
  'structuredClone',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'WebAssembly',
  'window',
  'XMLHttpRequest',
];

const identifiersMax = 5_000;

/** Whether a text must be run as an ES module. */
export function isModule(code: string): boolean {
  return /^[ \t]*(?:export\b|import\b(?![ \t]*\())/m.test(code);
}

/** JavaScript without the types of TypeScript (`node:module`); `undefined` for what is no TypeScript. */
export function withoutTypes(code: string): string | undefined {
  try {
    return stripTypeScriptTypes(code, { mode: 'transform' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_INVALID_TYPESCRIPT_SYNTAX' || code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
      return undefined;
    throw error;
  }
}

/**
 * The tests as one asynchronous function, so that they may await; their imports become calls of
 * `require`. With an entry, `check(candidate)` is called at the end when the tests define it.
 */
export function testsBody(tests: string, entry: string | undefined): string {
  const calls =
    entry === undefined
      ? ''
      : `;if (typeof check === 'function') await check(globalThis[${JSON.stringify(entry)}]);`;
  return `(async () => {\n${withoutImports(tests)}\n${calls}\n})`;
}

/** The names a text speaks of, in no order; words in its strings and comments are among them. */
export function identifiersOf(text: string): readonly string[] {
  const names = new Set<string>();
  for (const [name] of text.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)) {
    names.add(name);
    if (names.size >= identifiersMax) break;
  }
  return [...names];
}

const importing =
  /^[ \t]*import[ \t]+(?:([\w$]+)[ \t]*,?[ \t]*)?(?:\*[ \t]*as[ \t]+([\w$]+)[ \t]*|\{([^{}]*)\}[ \t]*)?(?:from[ \t]*)?(["'])([^"'\n]+)\4[ \t]*;?/gm;

function withoutImports(text: string): string {
  return text.replaceAll(
    importing,
    (_, whole?: string, all?: string, parts?: string, _quote?: string, name?: string) => {
      const module = `require(${JSON.stringify(name)})`;
      const lines = [
        whole === undefined ? '' : `const ${whole} = ((all) => all.default ?? all)(${module});`,
        all === undefined ? '' : `const ${all} = ${module};`,
        parts === undefined ? '' : `const {${parts.replaceAll(/\bas\b/g, ':')}} = ${module};`,
      ];
      return lines.join(' ');
    },
  );
}
