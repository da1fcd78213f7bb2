import type { ErrorKind } from '@ballast/stage';
import type { z } from 'zod';
import { read } from './config-merge.ts';
import { pipelineJsonSchema, schemaAt } from './config-schema.ts';
import type { JsonSchema } from './config-schema.ts';
import { configErrors } from './errors.ts';
import { perCentInWords } from './number-words.ts';
import { suggest } from './suggest.ts';

/** What is wrong with a value, before its place in the file is known. */
export interface Finding {
  readonly kind: ErrorKind;
  readonly path: readonly PropertyKey[];
  /** The place to point at is the key, not its value. */
  readonly atKey: boolean;
  readonly problem: string;
  readonly fix: string;
}

/** How a value may be shown in a message; {@link findingsOf} asks before it prints one. */
export type Shown = (path: readonly PropertyKey[]) => string;

/** Turns what zod found into phrases a user can act on, using ranges and descriptions of the schema. */
export function findingsOf(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  shown: Shown,
): readonly Finding[] {
  const root = pipelineJsonSchema();
  const single = issues.filter(({ code }) => code !== 'custom');
  // Contradictions are worth telling only when each value by itself is right.
  return (single.length > 0 ? single : issues).flatMap((issue) => {
    const schema = schemaAt(root, issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey(issue.path, key, schema));
    }
    return [findingOf(issue, schema, read(value, issue.path), shown(issue.path))];
  });
}

/** `sources[2].match`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((segment, index) =>
      typeof segment === 'number' ? `[${segment}]` : `${index === 0 ? '' : '.'}${String(segment)}`,
    )
    .join('');
}

function findingOf(
  issue: z.core.$ZodIssue,
  schema: JsonSchema | undefined,
  value: unknown,
  text: string,
): Finding {
  const base = { path: issue.path, atKey: false };
  if (value === undefined && issue.code !== 'custom') {
    return { ...base, kind: configErrors.missingKey, problem: 'is missing', fix: `add it${hint(schema)}` };
  }
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    return {
      ...base,
      kind: configErrors.range,
      problem: `${text} ${outside(schema, issue)}`,
      fix: rangeFix(schema, value),
    };
  }
  if (issue.code === 'invalid_value') {
    const choices = issue.values.map(String);
    const meant = typeof value === 'string' ? suggest(value, choices) : undefined;
    const fix = meant === undefined ? `use ${choices.join(', ')}${hint(schema)}` : `did you mean ${meant}?`;
    return {
      ...base,
      kind: configErrors.choice,
      problem: `${text} is not one of ${choices.join(', ')}`,
      fix,
    };
  }
  if (issue.code === 'invalid_type') {
    return {
      ...base,
      kind: configErrors.type,
      problem: `${text} is not ${nameOfType(schema)}`,
      fix: typeFix(schema, value),
    };
  }
  if (issue.code === 'invalid_format') {
    return {
      ...base,
      kind: configErrors.type,
      problem: `${text} is not of the form it must have`,
      fix: (schema?.description ?? configErrors.type.fix).replace(/\.$/, ''),
    };
  }
  return { ...base, kind: configErrors.rule, problem: issue.message, fix: configErrors.rule.fix };
}

function unknownKey(path: readonly PropertyKey[], key: string, schema: JsonSchema | undefined): Finding {
  const known = Object.keys(schema?.properties ?? {});
  const meant = suggest(key, known);
  return {
    kind: configErrors.unknownKey,
    path: [...path, key],
    atKey: true,
    problem: 'is not a key of pipeline.yaml',
    fix:
      meant === undefined
        ? `remove it; keys here are ${known.join(', ')}`
        : `did you mean ${formatPath([...path, meant])}?`,
  };
}

function outside(schema: JsonSchema | undefined, issue: { readonly origin: string }): string {
  if (issue.origin === 'string') return 'is too short';
  const { minimum, maximum } = schema ?? {};
  const hasMaximum = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (minimum !== undefined && hasMaximum) return `is not between ${minimum} and ${maximum}`;
  return hasMaximum ? `is above ${maximum}` : `is below ${minimum ?? 0}`;
}

function rangeFix(schema: JsonSchema | undefined, value: unknown): string {
  const { type, minimum, maximum } = schema ?? {};
  if (type === 'string') return `write at least one character${hint(schema)}`;
  const isShare = type === 'number' && minimum === 0 && maximum === 1;
  if (isShare && typeof value === 'number' && value > 1 && value <= 100) {
    return `use ${asShare(value)} for ${perCentInWords(value)}`;
  }
  const upTo = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : ' upwards';
  return `use a ${type === 'integer' ? 'whole ' : ''}number from ${minimum ?? 0}${upTo}${hint(schema)}`;
}

/** Two decimals, more where the value has them: 40 is 0.40, 12.5 is 0.125. */
function asShare(percentage: number): string {
  const exact = Number((percentage / 100).toPrecision(12));
  return exact === Number(exact.toFixed(2)) ? exact.toFixed(2) : String(exact);
}

function typeFix(schema: JsonSchema | undefined, value: unknown): string {
  if (schema?.type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `put it in quotes: "${String(value)}"`;
  }
  const perCent = typeof value === 'string' ? /^(\d+(?:\.\d+)?) ?%$/.exec(value)?.[1] : undefined;
  if (schema?.type === 'number' && perCent !== undefined) {
    return `use ${asShare(Number(perCent))} for ${perCentInWords(Number(perCent))}`;
  }
  return `write ${nameOfType(schema)}${hint(schema)}`;
}

function nameOfType(schema: JsonSchema | undefined): string {
  if (schema?.type === 'integer') return 'a whole number';
  if (schema?.type === 'number') return 'a number';
  if (schema?.type === 'array') return 'a list';
  if (schema?.type === 'object') return 'a section of keys';
  return 'a text';
}

function hint(schema: JsonSchema | undefined): string {
  return schema?.description === undefined ? '' : `. ${schema.description.replace(/\.$/, '')}`;
}
