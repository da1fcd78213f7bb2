import { globSync, readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

/** Folder of the checkout. */
export const root = new URL('../../', import.meta.url).pathname;

/** One function or method: where it starts and how many lines it has. */
export interface FunctionSpan {
  readonly file: string;
  readonly line: number;
  readonly lines: number;
}

/** What the tree test measures of one hand-written file. */
export interface SourceFile {
  readonly file: string;
  readonly lines: number;
  readonly functions: readonly FunctionSpan[];
  /** Exported names without a docstring right above them. */
  readonly undocumented: readonly string[];
  /** Lines on which the type `any` stands. */
  readonly anyLines: readonly number[];
  readonly content: string;
}

/** Every hand-written TypeScript file, tests included when asked for. */
export function readSourceTree({ tests }: { readonly tests: boolean }): readonly SourceFile[] {
  return globSync('{libs,services}/*/src/**/*.ts', { cwd: root })
    .filter((file) => tests || !file.endsWith('.test.ts'))
    .toSorted()
    .map((file) => measure(file, readFileSync(root + file, 'utf8')));
}

/** Measures one file's text. */
export function measure(file: string, content: string): SourceFile {
  const { program, comments } = parseSync(file, content);
  const lineOf = (offset: number): number => content.slice(0, offset).split('\n').length;
  const docEnds = comments
    .filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
    .map(({ end }) => end);
  const documented = (start: number): boolean =>
    docEnds.some((end) => end <= start && /^\s*$/.test(content.slice(end, start)));
  const functions: FunctionSpan[] = [];
  const anyLines: number[] = [];
  walk(program, (node) => {
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) {
      const line = lineOf(node.start);
      functions.push({ file, line, lines: lineOf(node.end) - line + 1 });
    }
    if (node.type === 'TSAnyKeyword') anyLines.push(lineOf(node.start));
  });
  const undocumented = program.body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || node.declaration === null || documented(node.start))
      return [];
    return namesOf(node.declaration);
  });
  return { file, lines: content.split('\n').length - 1, functions, undocumented, anyLines, content };
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of Object.values(node)) {
    for (const item of Array.isArray(child) ? child : [child]) if (isNode(item)) walk(item, visit);
  }
}

function namesOf(declaration: object): string[] {
  if ('declarations' in declaration && Array.isArray(declaration.declarations)) {
    return declaration.declarations.flatMap((one: unknown) => (isNode(one) ? namesOf(one) : []));
  }
  if (!('id' in declaration) || !isNode(declaration.id)) return [];
  return 'name' in declaration.id ? [String(declaration.id.name)] : ['(pattern)'];
}
