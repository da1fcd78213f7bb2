import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { pipelineSchema } from '@ballast/document';
import type { Pipeline } from '@ballast/document';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { ConfigError } from './config-error.ts';
import type { ConfigProblem } from './config-error.ts';
import { findingsOf, formatPath } from './config-problems.ts';
import { has, merge, read } from './config-merge.ts';
import type { PipelineOverrides } from './config-merge.ts';
import { keyPathOf, offsetAt, valueNodeAt } from './config-place.ts';
import { substituteVariables } from './config-variables.ts';
import type { Environment } from './config-variables.ts';
import { configErrors } from './errors.ts';

/** Largest pipeline.yaml that is read, in bytes. */
const configBytesMax = 1024 * 1024;
/** Times an anchor may be used before the file counts as an alias bomb. */
const aliasCountMax = 100;

/**
 * Reads pipeline.yaml (YAML 1.2, variables from the environment), puts the overrides above it and
 * checks the whole; without a file the defaults and the overrides count. Paths in the file stay as
 * written. Throws a {@link ConfigError} (exit 78) that lists every problem with its place and fix.
 */
export function loadPipeline(
  file: string | undefined,
  overrides: PipelineOverrides = {},
  environment: Environment = process.env,
): Pipeline {
  if (file === undefined) return parsePipeline('', '(no file)', overrides, environment);
  return parsePipeline(readConfig(file), file, overrides, environment);
}

/** As {@link loadPipeline}, from text; `file` is the name problems are reported under. */
export function parsePipeline(
  text: string,
  file: string,
  overrides: PipelineOverrides = {},
  environment: Environment = process.env,
): Pipeline {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false });
  const place = (offset: number | undefined): { line?: number; column?: number } => {
    if (offset === undefined) return {};
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const faults = [...document.errors, ...document.warnings].map(({ message, pos }): ConfigProblem => ({
    ...syntaxProblem(file, message),
    ...place(pos[0]),
  }));
  throwIfAny(faults);
  const variables = substituteVariables(document, environment);
  throwIfAny(
    variables.faults.map(({ node, problem, fix }) => ({
      kind: configErrors.variable,
      file,
      ...place(node.range?.[0]),
      path: formatPath(keyPathOf(document, node)),
      problem,
      fix,
    })),
  );
  const value = merge(plain(document, file), overrides);
  const parsed = pipelineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const findings = findingsOf(parsed.error.issues, value, (path) => {
    const names = has(overrides, path) ? undefined : variables.origins.get(valueNodeAt(document, path));
    return shown(read(value, path), names);
  });
  const problems = findings.map(({ kind, path, problem, fix, atKey }): ConfigProblem => {
    const named = { kind, path: formatPath(path), problem, fix };
    if (has(overrides, path)) return { ...named, file: 'command line' };
    return { ...named, file, ...place(offsetAt(document, path, atKey)) };
  });
  throwIfAny(problems);
  throw new ConfigError({ ...syntaxProblem(file, parsed.error.message), kind: configErrors.rule });
}

/**
 * SHA-256 (hex) of the parsed configuration as canonical JSON, keys sorted at every level: equal for
 * every way of writing the same behaviour. It stands in every commit and manifest.
 */
export function configHash(pipeline: Pipeline): string {
  // Where brokers and index are decides nothing about a document, and a password has no place in a hash.
  const { kafka: _, verify, ...others } = pipeline;
  const { index: __, ...behaviour } = verify;
  return createHash('sha256')
    .update(canonicalJson({ ...others, verify: behaviour }))
    .digest('hex');
}

/** The pipeline as it may be printed: without the passwords of brokers and index. */
export function redacted(pipeline: Pipeline): Pipeline {
  const { kafka, verify } = pipeline;
  const sasl = kafka.sasl === undefined ? undefined : { ...kafka.sasl, password: '[password]' };
  const index = verify.index?.replace(/\/\/[^@/]*@/, '//[password]@');
  return {
    ...pipeline,
    kafka: { ...kafka, ...(sasl === undefined ? {} : { sasl }) },
    verify: { ...verify, ...(index === undefined ? {} : { index }) },
  };
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function readConfig(file: string): string {
  const problem = { kind: configErrors.unreadable, file, path: '', fix: configErrors.unreadable.fix };
  try {
    const { size } = statSync(file);
    if (size > configBytesMax)
      throw new RangeError(`is ${size} bytes long, above the limit of ${configBytesMax}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError({ ...problem, problem: `cannot be read: ${reason}` }, [], { cause: error });
  }
}

function syntaxProblem(file: string, message: string): ConfigProblem {
  const problem = message.charAt(0).toLowerCase() + message.slice(1);
  return { kind: configErrors.syntax, file, path: '', problem, fix: configErrors.syntax.fix };
}

function throwIfAny(problems: readonly ConfigProblem[]): void {
  const [first, ...others] = problems.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  if (first !== undefined) throw new ConfigError(first, others);
}

function plain(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasCountMax }) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(syntaxProblem(file, reason), [], { cause: error });
  }
}

/** A value as a message may show it: short, and only by name when it came from the environment. */
function shown(value: unknown, variables: readonly string[] | undefined): string {
  if (variables !== undefined) return `the value of ${variables.map((name) => `\${${name}}`).join(' and ')}`;
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'an empty value';
  if (typeof value === 'object') return 'a section of keys';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
