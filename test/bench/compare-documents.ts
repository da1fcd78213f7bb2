import { createHash } from 'node:crypto';
import { examine, Lexicon, presets, Shingles, wordsOf } from '@ballast/verify/measure';
import { z } from 'zod';
import type { Oracle } from './oracle.ts';

const preset = presets['datatrove-0.10'];
const reason = z.string().nullable();
const filterNames = ['repetition', 'quality', 'c4', 'fineweb'] as const;

/** What the oracle says of one text. */
const answerSchema = z.object({
  reasons: z.object({ repetition: reason, quality: reason, c4: reason, fineweb: reason }),
  chain: reason,
  parts: z.record(z.string(), z.tuple([z.number(), z.number()])),
  view: z.string(),
  words: z.number(),
  hash: z.string(),
  signatures: z.object({ xxhash: z.string().nullable(), sha1: z.string().nullable() }),
});

/** How often both agree, and on what. */
export interface DocumentComparison {
  readonly count: number;
  /** Texts of which words, all reasons, all ratios and C4's view are equal. */
  readonly equal: number;
  /** Texts with both signatures equal. */
  readonly signatures: number;
  /** How often each filter gave each reason, by the oracle. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Texts that the oracle keeps. */
  readonly passing: readonly string[];
}

/** Texts under way at once, so that neither side waits for the other. */
const window = 64;

/** Asks the oracle about every text and compares; prints the first ten differences, and progress to stderr. */
export async function compareDocuments(
  oracle: Oracle,
  texts: readonly string[],
): Promise<DocumentComparison> {
  const reasons = new Map(Object.keys(filterOf).map((rule) => [rule, 0]));
  const passing: string[] = [];
  const shown: string[] = [];
  let equal = 0;
  let signatures = 0;
  for (let from = 0; from < texts.length; from += window) {
    const batch = texts.slice(from, from + window);
    const asked = batch.map((text) => oracle.ask({ task: 'document', text }));
    for (const [index, text] of batch.entries()) {
      const theirs = answerSchema.parse(await asked[index]);
      const ours = answerOf(text);
      const differences = differencesOf(ours, theirs);
      if (differences.every((name) => name.startsWith('signature'))) equal += 1;
      if (differences.every((name) => !name.startsWith('signature'))) signatures += 1;
      if (differences.length > 0)
        shown.push(`${JSON.stringify(text.slice(0, 120))}: ${differences.join(', ')}`);
      for (const name of filterNames) {
        const rule = theirs.reasons[name];
        if (rule !== null) reasons.set(rule, (reasons.get(rule) ?? 0) + 1);
      }
      if (theirs.chain === null) passing.push(text);
    }
    if (from % (window * 16) === 0) process.stderr.write(`${from} of ${texts.length} documents compared\n`);
  }
  for (const line of shown.slice(0, 10)) process.stdout.write(`differs: ${line}\n`);
  return { count: texts.length, equal, signatures, reasons, passing };
}

type Answer = z.infer<typeof answerSchema>;

const lexicon = new Lexicon();
const shingles = new Shingles();

function answerOf(text: string): Answer {
  const { failed, traced } = examine(text, preset, true);
  lexicon.settle();
  const words = wordsOf(text, lexicon);
  shingles.read(text);
  const first = (name: (typeof filterNames)[number]): string | null =>
    failed.find((rule) => filtersOf(rule, text).includes(name)) ?? null;
  return {
    reasons: {
      repetition: first('repetition'),
      quality: first('quality'),
      c4: first('c4'),
      fineweb: first('fineweb'),
    },
    chain: failed[0] ?? null,
    parts: Object.fromEntries(
      Object.entries(traced?.parts ?? {}).map(([rule, [part, whole]]) => [rule, [part, whole]]),
    ),
    view: sha1(traced?.view ?? ''),
    words: words.length,
    hash: sha1(words.join('\n')),
    signatures: { xxhash: signatureOf('xxh64'), sha1: signatureOf('sha1') },
  };
}

function signatureOf(algorithm: 'xxh64' | 'sha1'): string | null {
  const signature = shingles.signature(algorithm);
  return signature === undefined
    ? null
    : sha1(new Uint8Array(signature.buffer, signature.byteOffset, signature.byteLength));
}

function sha1(data: string | Uint8Array): string {
  return createHash('sha1').update(data).digest('hex');
}

/** Names of what is not the same. */
function differencesOf(ours: Answer, theirs: Answer): string[] {
  const pair = (name: string, a: unknown, b: unknown): string[] =>
    JSON.stringify(a) === JSON.stringify(b) ? [] : [`${name} ${JSON.stringify(a)} not ${JSON.stringify(b)}`];
  const rules = new Set([...Object.keys(ours.parts), ...Object.keys(theirs.parts)]);
  return [
    ...pair('words', [ours.words, ours.hash], [theirs.words, theirs.hash]),
    ...filterNames.flatMap((name) => pair(name, ours.reasons[name], theirs.reasons[name])),
    ...pair('chain', ours.chain, theirs.chain),
    ...[...rules].flatMap((rule) => pair(rule, ours.parts[rule], theirs.parts[rule])),
    ...pair('view', ours.view, theirs.view),
    ...pair('signature xxh64', ours.signatures.xxhash, theirs.signatures.xxhash),
    ...pair('signature sha1', ours.signatures.sha1, theirs.signatures.sha1),
  ];
}

/** The filters that gave a reason: repetition calls only a text of no character empty. */
function filtersOf(rule: string, text: string): readonly (typeof filterNames)[number][] {
  const filters = filterOf[rule] ?? [];
  return rule === 'empty' && text !== '' ? ['fineweb'] : filters;
}

/** The filters that can give each reason. */
const filterOf: { readonly [rule: string]: readonly (typeof filterNames)[number][] } = {
  empty: ['repetition', 'fineweb'],
  dup_para_frac: ['repetition'],
  dup_para_char_frac: ['repetition'],
  dup_line_frac: ['repetition'],
  dup_line_char_frac: ['repetition'],
  top_2_gram: ['repetition'],
  top_3_gram: ['repetition'],
  top_4_gram: ['repetition'],
  duplicated_5_n_grams: ['repetition'],
  duplicated_6_n_grams: ['repetition'],
  duplicated_7_n_grams: ['repetition'],
  duplicated_8_n_grams: ['repetition'],
  duplicated_9_n_grams: ['repetition'],
  duplicated_10_n_grams: ['repetition'],
  gopher_short_doc: ['quality'],
  gopher_long_doc: ['quality'],
  gopher_below_avg_threshold: ['quality'],
  gopher_above_avg_threshold: ['quality'],
  gopher_too_many_hashes: ['quality'],
  gopher_too_many_ellipsis: ['quality'],
  gopher_too_many_bullets: ['quality'],
  gopher_too_many_end_ellipsis: ['quality'],
  gopher_below_alpha_threshold: ['quality'],
  gopher_enough_stop_words: ['quality'],
  lorem_ipsum: ['c4'],
  curly_bracket: ['c4'],
  too_few_sentences: ['c4'],
  line_punct_ratio: ['fineweb'],
  short_line_ratio: ['fineweb'],
  char_dup_ratio: ['fineweb'],
  list_ratio: ['fineweb'],
};
