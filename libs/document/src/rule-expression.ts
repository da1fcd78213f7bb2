import { ruleField } from './rule-fields.ts';
import type { RuleFacts, RuleType } from './rule-fields.ts';

/** Longest expression in UTF-16 units. */
const lengthMax = 1000;
/** Deepest nesting of parentheses and `not`. */
const depthMax = 20;

/** An expression that cannot be a rule; `at` is the place of the fault, from 1. */
export class RuleSyntaxError extends Error {
  readonly at: number;

  constructor(at: number, problem: string) {
    super(`${problem} (character ${at})`);
    this.at = at;
  }
}

/** Says whether a rule applies to a document. */
export type RuleTest = (facts: RuleFacts) => boolean;

/**
 * Reads a user rule: comparisons of fields of the verdict with numbers, strings and lists, joined by
 * `and`, `or`, `not` and parentheses. It can call nothing and loop over nothing; its size and depth are
 * bounded. Types are checked here, so that the test it returns never throws.
 *
 *     ratios.top_2_gram > 0.2 and source == "forum"
 *     "list_ratio" in failed or not (lang in ["en", "de"])
 *
 * A comparison with a field that the document does not have is false. Throws a {@link RuleSyntaxError}.
 */
export function parseRule(text: string): RuleTest {
  if (text.length > lengthMax)
    throw new RuleSyntaxError(lengthMax + 1, `the rule is longer than ${lengthMax} characters`);
  const parser = new Parser(tokensOf(text), text.length + 1);
  const test = parser.either(0);
  parser.end();
  return test;
}

interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const lexemes =
  /(?<space>[ \t\r\n]+)|(?<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<string>"(?:[^"\\]|\\["\\])*"|'(?:[^'\\]|\\['\\])*')|(?<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*)|(?<sign>[=!<>]=|[<>()[\],])/uy;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  lexemes.lastIndex = 0;
  while (lexemes.lastIndex < text.length) {
    const at = lexemes.lastIndex;
    const groups = lexemes.exec(text)?.groups;
    if (groups === undefined)
      throw new RuleSyntaxError(at + 1, `${JSON.stringify(text.charAt(at))} cannot stand here`);
    const { number, string, name, sign } = groups;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at: at + 1 });
    else if (string !== undefined)
      tokens.push({ kind: 'string', text: string.slice(1, -1).replaceAll(/\\(.)/gu, '$1'), at: at + 1 });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, at: at + 1 });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at: at + 1 });
  }
  return tokens;
}

type Scalar = number | string | boolean;
type Value = Scalar | readonly string[] | undefined;

interface Operand {
  readonly type: RuleType;
  readonly at: number;
  readonly choices?: readonly string[] | undefined;
  /** Present for what is written in the rule itself. */
  readonly literal?: Scalar;
  readonly read: (facts: RuleFacts) => Value;
}

const comparisons: { readonly [sign: string]: (a: Scalar, b: Scalar) => boolean } = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #place = 0;

  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  either(depth: number): RuleTest {
    const tests = [this.#both(depth)];
    while (this.#takes('or')) tests.push(this.#both(depth));
    return tests.length === 1 ? single(tests) : (facts) => tests.some((test) => test(facts));
  }

  end(): void {
    const { kind, text, at } = this.#next();
    if (kind !== 'end') throw new RuleSyntaxError(at, `"${text}" follows a rule that is complete`);
  }

  #both(depth: number): RuleTest {
    const tests = [this.#negation(depth)];
    while (this.#takes('and')) tests.push(this.#negation(depth));
    return tests.length === 1 ? single(tests) : (facts) => tests.every((test) => test(facts));
  }

  #negation(depth: number): RuleTest {
    const { at } = this.#peek();
    if (depth > depthMax) throw new RuleSyntaxError(at, `the rule is nested deeper than ${depthMax}`);
    if (this.#takes('not')) {
      const test = this.#negation(depth + 1);
      return (facts) => !test(facts);
    }
    if (!this.#takes('(')) return this.#comparison();
    const test = this.either(depth + 1);
    this.#expect(')');
    return test;
  }

  #comparison(): RuleTest {
    const left = this.#operand();
    const { at, text } = this.#peek();
    if (this.#takes('in')) return this.#membership(left, false);
    if (text === 'not' && this.#tokens[this.#place + 1]?.text === 'in') {
      this.#place += 2;
      return this.#membership(left, true);
    }
    const compare = comparisons[text];
    if (compare === undefined || this.#peek().kind !== 'sign') {
      if (left.type !== 'boolean')
        throw new RuleSyntaxError(at, 'here a comparison is missing: ==, !=, <, <=, >, >= or in');
      return (facts) => left.read(facts) === true;
    }
    this.#place += 1;
    const right = this.#operand();
    checkComparable(text, at, left, right);
    return (facts) => {
      const [a, b] = [left.read(facts), right.read(facts)];
      return isScalar(a) && isScalar(b) && compare(a, b);
    };
  }

  #membership(left: Operand, isNegated: boolean): RuleTest {
    if (left.type !== 'string' && left.type !== 'number')
      throw new RuleSyntaxError(left.at, `a ${left.type} is in nothing; strings and numbers are`);
    const { kind, at } = this.#peek();
    const list = this.#takes('[') ? this.#list(left) : undefined;
    const field = list === undefined ? this.#operand() : undefined;
    if (field !== undefined && (field.type !== 'list' || kind !== 'name'))
      throw new RuleSyntaxError(at, 'after in stands a list: ["a", "b"] or failed');
    if (field !== undefined) checkChoice(left, field);
    return (facts) => {
      const value = left.read(facts);
      const all = field === undefined ? list : field.read(facts);
      if (!isScalar(value) || !Array.isArray(all)) return false;
      return all.includes(value) !== isNegated;
    };
  }

  /** The literals of a list whose bracket is open. */
  #list(left: Operand): readonly Scalar[] {
    const literals: Scalar[] = [];
    do {
      const { at, kind } = this.#peek();
      const operand = this.#operand();
      if (operand.literal === undefined || operand.type !== left.type)
        throw new RuleSyntaxError(
          at,
          `the list must hold ${left.type}s; this is a ${kind === 'name' ? 'field' : kind}`,
        );
      checkChoice(left, operand);
      literals.push(operand.literal);
    } while (this.#takes(','));
    this.#expect(']');
    return literals;
  }

  #operand(): Operand {
    const { kind, text, at } = this.#next();
    if (kind === 'number') return literalOf('number', Number(text), at);
    if (kind === 'string') return literalOf('string', text, at);
    if (kind === 'name' && (text === 'true' || text === 'false'))
      return literalOf('boolean', text === 'true', at);
    if (kind !== 'name' || ['and', 'or', 'in', 'not'].includes(text))
      throw new RuleSyntaxError(
        at,
        kind === 'end' ? 'the rule ends too early' : `"${text}" cannot stand here`,
      );
    const field = ruleField(text);
    if ('problem' in field) throw new RuleSyntaxError(at, field.problem);
    return { type: field.type, at, choices: field.choices, read: field.read };
  }

  #peek(): Token {
    return this.#tokens[this.#place] ?? { kind: 'end', text: '', at: this.#end };
  }

  #next(): Token {
    const token = this.#peek();
    this.#place += 1;
    return token;
  }

  #takes(text: string): boolean {
    const token = this.#peek();
    if (token.text !== text || (token.kind !== 'name' && token.kind !== 'sign')) return false;
    this.#place += 1;
    return true;
  }

  #expect(sign: string): void {
    const { at } = this.#peek();
    if (!this.#takes(sign)) throw new RuleSyntaxError(at, `"${sign}" is missing`);
  }
}

function single(tests: readonly RuleTest[]): RuleTest {
  const [test] = tests;
  return test ?? (() => false);
}

function literalOf(type: RuleType, literal: Scalar, at: number): Operand {
  return { type, at, literal, read: () => literal };
}

function isScalar(value: Value): value is Scalar {
  return value !== undefined && !Array.isArray(value);
}

function checkComparable(sign: string, at: number, left: Operand, right: Operand): void {
  if (left.type === 'list' || right.type === 'list')
    throw new RuleSyntaxError(at, 'a list is asked with in: "list_ratio" in failed');
  if (left.type !== right.type)
    throw new RuleSyntaxError(at, `a ${left.type} is never equal to a ${right.type}`);
  if (left.type !== 'number' && sign !== '==' && sign !== '!=')
    throw new RuleSyntaxError(at, `${left.type}s have no order; use == or !=`);
  checkChoice(left, right);
  checkChoice(right, left);
}

/** A string that a field can never be is a slip of the pen. */
function checkChoice(one: Operand, other: Operand): void {
  const [field, literal] = one.literal === undefined ? [one, other] : [other, one];
  if (field.choices === undefined || typeof literal.literal !== 'string') return;
  if (!field.choices.includes(literal.literal))
    throw new RuleSyntaxError(literal.at, `"${literal.literal}" is none of ${field.choices.join(', ')}`);
}
