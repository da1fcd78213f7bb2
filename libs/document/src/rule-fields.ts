import { poolSchema } from './origin.ts';
import { bandSchema } from './topics.ts';

/** What a field of a user rule holds. */
export type RuleType = 'number' | 'string' | 'boolean' | 'list';

/** What a user rule may ask of one document. Absent fields are unknown: every comparison with one is false. */
export interface RuleFacts {
  readonly source: string;
  readonly url?: string | undefined;
  readonly lang?: string | undefined;
  /** What the verifier takes the language of the text for. */
  readonly language?: string | undefined;
  readonly labels?: { readonly [name: string]: string } | undefined;
  /** Text length in characters (code points). */
  readonly characters: number;
  readonly pool?: string | undefined;
  readonly band?: string | undefined;
  readonly p?: number | undefined;
  readonly pUpper?: number | undefined;
  readonly calibrated?: boolean | undefined;
  readonly ratios: { readonly [rule: string]: number };
  readonly failed: readonly string[];
  readonly verified: boolean;
  /** Outcome of the check that the document brought along. */
  readonly check?: string | undefined;
}

/**
 * Names under which the filters of some preset record a value (verdict field `ratios`). A test of the
 * verifier holds this list against what its filters measure.
 */
export const measuredRules = [
  'dup_para_frac',
  'dup_para_char_frac',
  'dup_line_frac',
  'dup_line_char_frac',
  'top_2_gram',
  'top_3_gram',
  'top_4_gram',
  'duplicated_5_n_grams',
  'duplicated_6_n_grams',
  'duplicated_7_n_grams',
  'duplicated_8_n_grams',
  'duplicated_9_n_grams',
  'duplicated_10_n_grams',
  'gopher_short_doc',
  'gopher_long_doc',
  'gopher_below_avg_threshold',
  'gopher_above_avg_threshold',
  'gopher_too_many_hashes',
  'gopher_too_many_ellipsis',
  'gopher_too_many_symbols',
  'gopher_too_many_bullets',
  'gopher_too_many_end_ellipsis',
  'gopher_below_alpha_threshold',
  'gopher_enough_stop_words',
  'too_long_word',
  'no_terminal_punc',
  'too_few_words',
  'javascript',
  'policy',
  'lorem_ipsum',
  'curly_bracket',
  'too_few_sentences',
  'line_punct_ratio',
  'short_line_ratio',
  'char_dup_ratio',
  'list_ratio',
] as const;

const plainFields = {
  source: 'string',
  url: 'string',
  lang: 'string',
  language: 'string',
  characters: 'number',
  pool: 'string',
  band: 'string',
  p: 'number',
  pUpper: 'number',
  calibrated: 'boolean',
  failed: 'list',
  verified: 'boolean',
  check: 'string',
} as const satisfies { readonly [field: string]: RuleType };

type PlainField = keyof typeof plainFields;

/** The values a string field can have, where there are few: another one is a slip of the pen. */
const choices: { readonly [field: string]: readonly string[] } = {
  pool: poolSchema.options,
  band: bandSchema.options,
  check: ['pass', 'fail', 'unknown'],
  failed: [...measuredRules, 'empty'],
};

/** A field of a rule by its path: its type, the values it can have if they are few, and how to read it. */
export interface RuleField {
  readonly type: RuleType;
  readonly choices?: readonly string[] | undefined;
  readonly read: (facts: RuleFacts) => number | string | boolean | readonly string[] | undefined;
}

/** Finds a field: `source`, `ratios.<rule>`, `labels.<name>` and so on; or says why there is none. */
export function ruleField(path: string): RuleField | { readonly problem: string } {
  if (isPlain(path)) return { type: plainFields[path], choices: choices[path], read: (facts) => facts[path] };
  const [head] = path.split('.', 1);
  const name = path.slice(path.indexOf('.') + 1);
  if (head === 'ratios' && path.includes('.')) {
    if (!measuredRules.some((rule) => rule === name)) return { problem: `no filter measures "${name}"` };
    return { type: 'number', read: ({ ratios }) => own(ratios, name) };
  }
  if (head === 'labels' && path.includes('.')) {
    return { type: 'string', read: ({ labels }) => (labels === undefined ? undefined : own(labels, name)) };
  }
  const known = [...Object.keys(plainFields), 'ratios.<rule>', 'labels.<name>'].join(', ');
  return { problem: `there is no field "${path}"; there are ${known}` };
}

function isPlain(path: string): path is PlainField {
  return Object.hasOwn(plainFields, path);
}

/** Never what an object inherits. */
function own<T>(values: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
