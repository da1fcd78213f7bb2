import { LatexSyntax } from '@cortex-js/compute-engine/latex-syntax';
import { z } from 'zod';

/** A formula as a tree: a number in decimal digits, a name, or an operation on formulas. */
export type Expression =
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'operation'; readonly name: string; readonly of: readonly Expression[] };

/** Brackets and fractions nested deeper than this are not read. */
const depthMax = 40;
/** Symbols that are functions more often than they are factors, when brackets follow. */
const functionNames: ReadonlySet<string> = new Set(['f', 'g', 'h', 'F', 'G', 'H', 'P', 'Q']);
/** Units that stand as letters after a number. */
const units =
  /\d\s*(?:km|cm|mm|nm|kg|mg|ml|mL|kJ|kW|kN|Hz|Pa|hr|hrs|min|sec|ms|ft|in|mi|lb|oz|mph|rad|deg|mol|dm|um|eV)(?![A-Za-z])/;

/** Commas that part the arguments of a function, and what comes with them. */
const listed = /\\(?:gcd|lcm|max|min)\s*\(([\w\s]*)(?:,[\w\s]*)*\)/g;

const parser = new LatexSyntax();

/**
 * Reads a formula in LaTeX or plain text with the parser of Compute Engine (never its evaluator, which
 * cuts long sums short). `undefined` for whatever it does not understand whole, for text, units, sets,
 * tuples, intervals and relations, and where two readings are common: `3\frac12`, `1/2x`, `10^10` in
 * LaTeX, two numbers side by side.
 */
export function readExpression(text: string): Expression | undefined {
  const latex = toLatex(text);
  if (latex === undefined || depthOf(latex) > depthMax) return undefined;
  return fromTree(parser.parse(latex));
}

/** Only what both sides agree on how to read. */
function toLatex(text: string): string | undefined {
  const bare = text
    .replaceAll(/\\(?:left|right|displaystyle|textstyle|,|;|!|:|quad|qquad)(?![a-zA-Z])(?!\d{3}(?!\d))/g, ' ')
    .replaceAll(/\\[dt]frac(?![a-zA-Z])/g, '\\frac')
    .replaceAll(/_\s*(\d)(?!\d)/g, '_{$1}')
    .replaceAll('\u2212', '-')
    .replaceAll(/[\u00d7\u22c5\u00b7]/g, '\\cdot ')
    .replaceAll('\u00f7', '/')
    .replaceAll('\u03c0', '\\pi ')
    .trim();
  if (/\d\s+\d|[^\s\p{ASCII}]|["'`#&?;\p{Cc}]|,|!!/u.test(bare.replaceAll(listed, '$1'))) return undefined;
  if (/\/\s*\d+\s*[a-zA-Z(\\]/.test(bare) || units.test(bare) || /\d\s*\\frac/.test(bare)) return undefined;
  if (bare.includes('\\')) return /\^\s*\d\d/.test(bare) ? undefined : bare;
  return fromPlain(bare);
}

const known = /^(?:sin|cos|tan|cot|sec|csc|ln|log|exp|arcsin|arccos|arctan|sinh|cosh|tanh)$/;

/** `sqrt(2)*x^10` and the like as LaTeX; a word that is no function of a bracket is not read. */
function fromPlain(text: string): string | undefined {
  let isWords = false;
  const named = text
    .replaceAll('**', '^')
    .replaceAll(/\^\s*(-?\d+(?:\.\d+)?)/g, '^{$1}')
    .replaceAll(/[A-Za-z]+(?=\s*(\()?)/g, (word: string, bracket?: string) => {
      if (word === 'pi') return '\\pi ';
      if (word === 'sqrt' && bracket !== undefined) return '\\sqrt';
      if (known.test(word) && bracket !== undefined) return `\\${word} `;
      if (word.length > 3 || (word.length > 1 && !/[\d+*/^-]/.test(text))) isWords = true;
      return word.split('').join(' ');
    })
    .replaceAll('*', '\\cdot ');
  return isWords ? undefined : bracketsAsGroups(named);
}

/** `\sqrt(…)` and `^(…)` take a bracket as their whole argument. */
function bracketsAsGroups(text: string): string | undefined {
  const signs = text.split('');
  const open: { readonly at: number; readonly group: boolean }[] = [];
  for (const [at, sign] of signs.entries()) {
    if (sign === '(') open.push({ at, group: /(?:\\sqrt|\^)\s*$/.test(text.slice(Math.max(0, at - 8), at)) });
    if (sign !== ')') continue;
    const last = open.pop();
    if (last === undefined) return undefined;
    if (last.group) [signs[last.at], signs[at]] = ['{', '}'];
  }
  return open.length > 0 ? undefined : signs.join('');
}

function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (const sign of text) {
    if ('([{'.includes(sign)) most = Math.max(most, (depth += 1));
    else if (')]}'.includes(sign)) depth -= 1;
  }
  return most;
}

const treeSchema = z.union([
  z.number(),
  z.string(),
  z.tuple([z.string()], z.unknown()),
  z.strictObject({ num: z.string() }),
]);

function fromTree(tree: unknown): Expression | undefined {
  const { data } = treeSchema.safeParse(tree);
  if (data === undefined) return undefined;
  if (typeof data === 'number')
    return Number.isFinite(data) ? { kind: 'number', digits: String(data) } : undefined;
  if (typeof data === 'string') return name(data);
  if (!Array.isArray(data)) return 'num' in data ? number(data.num) : undefined;
  const [head, ...rest] = data;
  if (head === 'Delimiter') return rest.length === 1 ? fromTree(rest[0]) : undefined;
  const inverse = inverseFunction(head, rest);
  if (inverse !== undefined) return fromTree(inverse);
  const of = rest.map(fromTree);
  if (!of.every((part) => part !== undefined)) return undefined;
  if (head !== 'InvisibleOperator') return { kind: 'operation', name: head, of };
  return isProduct(rest, of) ? { kind: 'operation', name: 'Multiply', of } : undefined;
}

const inverseOf: { readonly [name: string]: string } = { Sin: 'Arcsin', Cos: 'Arccos', Tan: 'Arctan' };

/** `\sin^{-1} x` is the inverse function, by the custom of every textbook; `(\sin x)^{-1}` comes in brackets. */
function inverseFunction(head: string, [base, exponent]: readonly unknown[]): unknown {
  const isMinusOne = exponent === -1 || JSON.stringify(exponent) === '["Negate",1]';
  if (head !== 'Power' || !isMinusOne || !Array.isArray(base) || !Object.hasOwn(inverseOf, String(base[0]))) {
    return undefined;
  }
  return [inverseOf[String(base[0])], ...base.slice(1)];
}

/** Factors side by side, and neither a mixed number nor the call of a function. */
function isProduct(trees: readonly unknown[], of: readonly Expression[]): boolean {
  return of.every((part, at) => {
    const next = of[at + 1];
    if (next === undefined) return true;
    if (
      part.kind === 'number' &&
      (next.kind === 'number' || (next.kind === 'operation' && next.name === 'Divide'))
    ) {
      const [, bracket] = trees.slice(at);
      return Array.isArray(bracket) && bracket[0] === 'Delimiter';
    }
    const [, follows] = trees.slice(at);
    return !(
      part.kind === 'name' &&
      functionNames.has(part.name) &&
      Array.isArray(follows) &&
      follows[0] === 'Delimiter'
    );
  });
}

function name(text: string): Expression | undefined {
  // Strings in quotes, "Nothing", "EmptySet", infinities: names of more than one letter that are no symbol.
  if (/^(?:[A-Za-z](?:_\w{1,8})?|Pi|ExponentialE|ImaginaryUnit)$/.test(text))
    return { kind: 'name', name: text };
  return /^(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|nu|rho|sigma|tau|phi|chi|psi|omega)$/.test(text)
    ? { kind: 'name', name: text }
    : undefined;
}

/** Decimal digits, `0.(3)` for a repeating decimal. */
function number(text: string): Expression | undefined {
  return /^-?\d+(?:\.\d*(?:\(\d+\))?)?(?:e[+-]?\d{1,4})?$/.test(text)
    ? { kind: 'number', digits: text }
    : undefined;
}

/** The names of a formula that are no constants, without those a sum or product binds. */
export function variablesOf(
  expression: Expression,
  bound: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  if (expression.kind === 'number') return new Set();
  if (expression.kind === 'name') {
    const { name } = expression;
    return new Set(['Pi', 'e', 'ExponentialE'].includes(name) || bound.has(name) ? [] : [name]);
  }
  const index = indexOf(expression);
  const inner = index === undefined ? bound : new Set([...bound, index]);
  return new Set(expression.of.flatMap((part) => [...variablesOf(part, inner)]));
}

/** The index that a sum or product runs over. */
export function indexOf(expression: Expression): string | undefined {
  if (expression.kind !== 'operation' || (expression.name !== 'Sum' && expression.name !== 'Product'))
    return undefined;
  const range = expression.of[1];
  const index = range?.kind === 'operation' && range.name === 'Tuple' ? range.of[0] : undefined;
  return index?.kind === 'name' ? index.name : undefined;
}

/** Whether an operation of this name occurs. */
export function mentions(expression: Expression, name: string): boolean {
  return (
    (expression.kind === 'name' && expression.name === name) ||
    (expression.kind === 'operation' &&
      (expression.name === name || expression.of.some((part) => mentions(part, name))))
  );
}
