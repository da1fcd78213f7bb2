import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BallastError } from '@ballast/stage';
import { canonicalise } from '../canonical.ts';
import { shortTextMax } from '../text/route.ts';
import { trainErrors } from './errors.ts';

/** One labelled text as it comes from a file; `machine` is another word for `synthetic`. */
export const labelledRowSchema = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  text: z.string(),
  label: z.enum(['human', 'machine', 'synthetic']),
  /** What the text is about or where it was published; folds keep a domain together. */
  domain: z.string().optional(),
  /** Data set the row comes from, for the card; also the domain when none is given. */
  source: z.string().optional(),
  /** Model that wrote a synthetic row, for folds that keep a generator together. */
  generator: z.string().optional(),
  licence: z.string().optional(),
  /** BCP 47 tag or `code`; absent counts as English. */
  lang: z.string().optional(),
});

/** One labelled text. */
export type LabelledRow = z.input<typeof labelledRowSchema>;

/** A row of the training data, canonical. */
export interface Example {
  readonly id: string;
  readonly text: string;
  readonly isSynthetic: boolean;
  readonly domain: string;
  readonly source: string;
  /** `unknown` where the row does not say. */
  readonly generator: string;
  readonly licence: string;
}

/** Why rows were not used, with their number. */
export interface Unused {
  malformed: number;
  language: number;
  short: number;
  excluded: number;
}

/** The rows of one training run. */
export interface Corpus {
  readonly examples: readonly Example[];
  readonly unused: Readonly<Unused>;
  /** SHA-256 over ids, canonical texts, labels and domains, in input order. */
  readonly sha256: string;
  /**
   * Weight of each example, mean 1: n^0.7 / (2 · examples of that label) for a domain of n, so that
   * the labels weigh the same inside each domain and large domains do not drown the others.
   */
  readonly weights: Float64Array;
}

/** Fewest examples per label. */
const examplesMin = 100;

/**
 * Reads, checks and canonicalises labelled rows; English rows long enough to be judged are used, the
 * others counted by reason. Throws BallastError BALLAST_TRAIN_DATA_TOO_SMALL (exit 65).
 */
export async function readCorpus(
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  isExcluded: (domain: string) => boolean,
  onRow: () => void,
): Promise<Corpus> {
  const examples: Example[] = [];
  const unused: Unused = { malformed: 0, language: 0, short: 0, excluded: 0 };
  const hash = createHash('sha256');
  for await (const row of rows) {
    const read = readExample(row, isExcluded);
    if (typeof read === 'string') unused[read] += 1;
    else {
      examples.push(read);
      hash.update(JSON.stringify([read.id, read.text, read.isSynthetic, read.domain]));
    }
    onRow();
  }
  const synthetic = examples.filter(({ isSynthetic }) => isSynthetic).length;
  if (Math.min(synthetic, examples.length - synthetic) < examplesMin) {
    const found = `${examples.length - synthetic} human and ${synthetic} synthetic rows can be used`;
    throw new BallastError(trainErrors.tooSmall, `${found}; not used: ${JSON.stringify(unused)}`);
  }
  return { examples, unused, sha256: hash.digest('hex'), weights: weightsOf(examples) };
}

function readExample(row: unknown, isExcluded: (domain: string) => boolean): Example | keyof Unused {
  const parsed = labelledRowSchema.safeParse(row);
  if (!parsed.success) return 'malformed';
  const {
    id,
    text,
    label,
    source = 'unknown',
    licence = 'unknown',
    generator = 'unknown',
    lang,
  } = parsed.data;
  const domain = parsed.data.domain ?? source;
  if (lang !== undefined && !/^en(-|$)/i.test(lang)) return 'language';
  if (isExcluded(domain)) return 'excluded';
  const canonical = canonicalise(text);
  if (canonical.length < shortTextMax) return 'short';
  return { id, text: canonical, isSynthetic: label !== 'human', domain, source, generator, licence };
}

function weightsOf(examples: readonly Example[]): Float64Array {
  const counts = new Map<string, { human: number; synthetic: number }>();
  for (const { domain, isSynthetic } of examples) {
    const count = counts.get(domain) ?? { human: 0, synthetic: 0 };
    count[isSynthetic ? 'synthetic' : 'human'] += 1;
    counts.set(domain, count);
  }
  const weights = Float64Array.from(examples, ({ domain, isSynthetic }) => {
    const { human, synthetic } = counts.get(domain) ?? { human: 1, synthetic: 1 };
    return (human + synthetic) ** 0.7 / (2 * (isSynthetic ? synthetic : human));
  });
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, weights.length);
  return weights.map((weight) => weight / mean);
}
