import type { Language } from './program.ts';

/** One fenced block of a text. */
export interface Fence {
  /** First word of the info string in lower case; empty when there is none. */
  readonly language: string;
  readonly code: string;
}

const opening = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)/;

/**
 * The fenced code blocks of a text (CommonMark 0.31, section 4.5, top level only): a block ends at a
 * fence of the same sign that is at least as long, or with the text. One pass over the lines.
 */
export function fencedBlocks(text: string): readonly Fence[] {
  const blocks: Fence[] = [];
  let open: { readonly mark: string; readonly language: string; readonly lines: string[] } | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (open !== undefined && !closes(line, open.mark)) {
      open.lines.push(line);
      continue;
    }
    if (open !== undefined) {
      blocks.push({ language: open.language, code: open.lines.join('\n') });
      open = undefined;
      continue;
    }
    const [, mark, language = ''] = opening.exec(line) ?? [];
    if (mark !== undefined) open = { mark, language: language.toLowerCase(), lines: [] };
  }
  if (open !== undefined) blocks.push({ language: open.language, code: open.lines.join('\n') });
  return blocks;
}

function closes(line: string, mark: string): boolean {
  const bare = line.trim();
  return bare.length >= mark.length && bare.startsWith(mark) && bare === bare.charAt(0).repeat(bare.length);
}

const names: { readonly [L in Language]: ReadonlySet<string> } = {
  python: new Set(['python', 'py', 'python3', 'py3']),
  javascript: new Set(['javascript', 'js', 'node', 'mjs', 'ecmascript']),
  typescript: new Set(['typescript', 'ts']),
};

/**
 * The code of a document in one language: its blocks marked as such, else those without a language, else,
 * when it has no fenced block at all, the whole text. `undefined` when every block is of another language.
 */
export function codeOf(text: string, language: Language): string | undefined {
  const blocks = fencedBlocks(text);
  if (blocks.length === 0) return text;
  const marked = blocks.filter((block) => names[language].has(block.language));
  const chosen = marked.length > 0 ? marked : blocks.filter((block) => block.language === '');
  return chosen.length > 0 ? chosen.map(({ code }) => code).join('\n') : undefined;
}
