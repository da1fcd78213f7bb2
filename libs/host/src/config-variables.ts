import { isScalar, Scalar, visit } from 'yaml';
import type { Document } from 'yaml';
import { configErrors } from './errors.ts';

/** Environment variables by name. */
export type Environment = { readonly [name: string]: string | undefined };

/** A reference that could not be resolved. */
interface VariableFault {
  readonly node: Scalar;
  readonly problem: string;
  readonly fix: string;
}

/** What {@link substituteVariables} found. */
export interface Substitution {
  readonly faults: readonly VariableFault[];
  /** Names of the variables a value was made of: its text must not be printed, it may be a secret. */
  readonly origins: ReadonlyMap<unknown, readonly string[]>;
}

const reference = /\$(\$)?\{([^}]*)\}/g;
const wellFormed = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:-|:\?)(.*))?$/s;

/**
 * Replaces `${VAR}`, `${VAR:-default}` and `${VAR:?message}` in the values of a parsed document, in
 * place; `$${` stands for a literal `${`. It works on values, never on the text, so that a variable
 * cannot change the structure of the file and every position stays true. An unquoted value is read
 * again as a YAML 1.2 number or boolean; a quoted one stays a string. Keys are left alone.
 */
export function substituteVariables(document: Document.Parsed, environment: Environment): Substitution {
  const faults: VariableFault[] = [];
  const origins = new Map<unknown, readonly string[]>();
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      const names: string[] = [];
      const text = node.value.replace(reference, (whole, escaped: string | undefined, inner: string) => {
        if (escaped !== undefined) return whole.slice(1);
        const [, name, operator, argument] = wellFormed.exec(inner) ?? [];
        if (name === undefined) {
          faults.push({ node, ...malformed(inner) });
          return '';
        }
        names.push(name);
        const value = environment[name];
        if (value !== undefined && (value !== '' || operator === undefined)) return value;
        if (operator === ':-') return argument ?? '';
        faults.push({ node, ...unset(name, operator === ':?' ? argument : undefined) });
        return '';
      });
      node.value = isScalar(node) && node.type === Scalar.PLAIN ? resolvePlain(text) : text;
      if (names.length > 0) origins.set(node, names);
    },
  });
  return { faults, origins };
}

function malformed(inner: string): Omit<VariableFault, 'node'> {
  return {
    problem: `\${${inner.slice(0, 40)}} is not a reference to an environment variable`,
    fix: 'write ${NAME}, ${NAME:-default} or ${NAME:?message}; $${ stands for a literal ${',
  };
}

function unset(name: string, message: string | undefined): Omit<VariableFault, 'node'> {
  const reason = message === undefined || message === '' ? '' : `: ${message}`;
  return { problem: `environment variable ${name} is not set${reason}`, fix: configErrors.variable.fix };
}

/** A plain scalar by the core schema of YAML 1.2.2, section 10.3.2, without null: an empty value stays ''. */
function resolvePlain(text: string): string | number | boolean {
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) return text.toLowerCase() === 'true';
  const isNumber = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text);
  return isNumber ? Number(text) : text;
}
