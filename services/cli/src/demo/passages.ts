import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** One or more neighbouring paragraphs of prose from the documentation of an installed package. */
export interface Passage {
  /** Package name. */
  readonly source: string;
  readonly text: string;
}

/** Shortest and longest paragraph taken, and the length from which a passage is complete, in characters. */
const characters = { min: 100, max: 2_000, passage: 450 } as const;

/**
 * Prose from the Markdown files and declaration comments of the packages below
 * `modules` (a node_modules folder), in a fixed order. What is not prose (tables, lists, code,
 * licence texts) is left out; neighbouring short paragraphs make one passage, as text under some 400
 * characters can hardly be judged. Nothing is deduplicated: that is the pipeline's work.
 */
export async function readPassages(modules: string): Promise<readonly Passage[]> {
  const passages: Passage[] = [];
  for (const file of (await documentationFiles(modules)).toSorted()) {
    const source = packageOf(relative(modules, file));
    // Packages of one platform repeat the text of the package they belong to.
    if (/-(linux|darwin|win32)-/.test(source)) continue;
    const content = await readFile(file, 'utf8');
    const paragraphs = file.endsWith('.d.ts') ? commentParagraphs(content) : markdownParagraphs(content);
    for (const text of joined(paragraphs.filter(isProse))) passages.push({ source, text });
  }
  return passages;
}

/** Joins neighbours until each passage is long enough; what is left over at the end of a file is not used. */
function joined(paragraphs: readonly string[]): string[] {
  const passages: string[] = [];
  let open: string[] = [];
  let length = 0;
  for (const paragraph of paragraphs) {
    open.push(paragraph);
    length += paragraph.length + 2;
    if (length < characters.passage) continue;
    passages.push(open.join('\n\n'));
    [open, length] = [[], 0];
  }
  return passages;
}

async function documentationFiles(modules: string): Promise<string[]> {
  const entries = await readdir(modules, { recursive: true, withFileTypes: true });
  return entries
    .filter(
      (entry) =>
        entry.isFile() && /\.(md|markdown|d\.ts)$/i.test(entry.name) && !/^licen[cs]e/i.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}

/** `fastify` or `@scope/name`, of the innermost node_modules folder. */
function packageOf(path: string): string {
  const parts = path.split(sep);
  const start = parts.lastIndexOf('node_modules') + 1;
  const [first = path, second = ''] = parts.slice(start);
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function markdownParagraphs(content: string): string[] {
  return unfold(content.replaceAll(/```[\s\S]*?```/g, '\n\n').replaceAll(/<!--[\s\S]*?-->/g, ''));
}

function commentParagraphs(content: string): string[] {
  const comments = content.match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) =>
    unfold(
      comment
        .slice(3, -2)
        .replaceAll(/^[ \t]*\*[ \t]?/gm, '')
        .replaceAll(/```[\s\S]*?```/g, '\n\n')
        .replaceAll(/^@\w+.*(?:\n(?!\n|@).*)*/gm, ''),
    ),
  );
}

function unfold(content: string): string[] {
  return content.split(/\n\s*\n/).map((paragraph) =>
    paragraph
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/\{@link\s+([^}|]*)[^}]*\}/g, '$1')
      .replaceAll(/[`*]/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}

function isProse(text: string): boolean {
  if (text.length < characters.min || text.length > characters.max) return false;
  if (/^[#\-*|\d<>[!@{(]/.test(text) || /https?:\/\/\S+.*https?:\/\//.test(text)) return false;
  const letters = text.match(/[A-Za-z ]/g)?.length ?? 0;
  const sentences = text.match(/[a-z)][.?!](?:\s|$)/g)?.length ?? 0;
  return letters / text.length > 0.9 && sentences >= 1;
}
