import { createHash } from 'node:crypto';
import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import { detectErrors } from '../errors.ts';
import type { Scorer } from '../model/scorer.ts';
import type { Registry } from '../provenance/registry.ts';
import { scoreTexts } from '../score.ts';
import { calibrationName, readSnapshot } from '../snapshots.ts';
import type { SnapshotStore } from '../snapshots.ts';
import { binOf, countInto, emptyHistogram, fromSparse, sparseSchema, toSparse } from './histogram.ts';
import { kindSchema } from './kinds.ts';
import type { Kind, KindCanaries } from './kinds.ts';
import { foldCount } from './points.ts';
import type { Fold } from './points.ts';

const canarySchema = z.object({
  text: z.string().min(1),
  source: z.string().default('unknown'),
  url: z.string().optional(),
  /** Source family it speaks for; absent: that of its source in the registry. */
  family: z.string().optional(),
  label: z.enum(['human', 'synthetic']),
});

/** A document of known origin that calibrates its source family and never enters the table. */
export type Canary = z.infer<typeof canarySchema>;

/** Checks one canary as parsed from JSON. Throws BALLAST_DETECT_CANARY, naming `where` and the field. */
export function parseCanary(parsed: unknown, where: string): Canary {
  const result = canarySchema.safeParse(parsed);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new BallastError(
    detectErrors.canaryInvalid,
    `parseCanary: ${where}: ${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'not a canary'}`,
    { cause: result.error },
  );
}

const foldSchema = z.object({ human: sparseSchema, synthetic: sparseSchema });

const familyCanariesSchema = z.object({
  family: z.string(),
  folds: z.array(foldSchema).length(foldCount).readonly(),
  kinds: z.array(z.object({ kind: kindSchema, human: z.int(), synthetic: z.int() })).readonly(),
});

const calibrationSchema = z.object({
  model: z.string(),
  /** Hash of the model, its calibration, and of every canary with its family. */
  key: z.string(),
  families: z.array(familyCanariesSchema).readonly(),
});

type CalibrationValue = z.infer<typeof calibrationSchema>;

/** What one family's canaries say. */
interface FamilyCanaries {
  /** Histograms of llr of the judged ones, dealt into {@link foldCount} folds. */
  readonly folds: readonly Fold[];
  readonly kinds: ReadonlyMap<Kind, KindCanaries>;
}

/** The canaries as scored by one model, by family, and the snapshot that holds them. */
export interface Calibration {
  readonly version: string;
  readonly families: ReadonlyMap<string, FamilyCanaries>;
}

/** What {@link calibrate} needs. */
export interface CalibrateOptions {
  readonly scorer: Scorer;
  readonly canaries: readonly Canary[];
  readonly registry: Registry;
  readonly batch: number;
  readonly store: SnapshotStore;
}

/**
 * Scores the canaries and publishes the result, unless the published calibration already speaks of the
 * same model, card, canaries and families.
 */
export async function calibrate(options: CalibrateOptions): Promise<Calibration> {
  const { scorer, store } = options;
  const known = arrange(options);
  const key = keyOf(scorer, known);
  const published = await readSnapshot(store, calibrationName, calibrationSchema);
  if (published?.value.key === key) return fromValue(published.version, published.value);
  const value = await scoreCanaries(known, key, options);
  return fromValue(await store.publish(calibrationName, value), value);
}

interface Known {
  readonly family: string;
  readonly label: Canary['label'];
  readonly text: string;
  readonly hash: string;
}

/** Distinct canaries in an order that does not depend on the file's: by family, label and hash of the text. */
function arrange({ canaries, registry }: CalibrateOptions): readonly Known[] {
  const distinct = new Map<string, Known>();
  for (const { text, source, url, family: named, label } of canaries) {
    const family = named ?? registry({ source, url }).family;
    const hash = createHash('sha256').update(text).digest('hex');
    distinct.set(JSON.stringify([family, label, hash]), { family, label, text, hash });
  }
  return [...distinct].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, known]) => known);
}

/** The card's calibration and domains count as the model: estimates rest on them, and a card may be written anew. */
function keyOf({ id, card }: Scorer, known: readonly Known[]): string {
  const hash = createHash('sha256').update(`${JSON.stringify([id, card.platt, card.domains])}\n`);
  for (const { family, label, hash: text } of known)
    hash.update(`${JSON.stringify([family, label, text])}\n`);
  return hash.digest('hex').slice(0, 32);
}

async function scoreCanaries(
  known: readonly Known[],
  key: string,
  { scorer, batch }: CalibrateOptions,
): Promise<CalibrationValue> {
  const scored = await scoreTexts(
    known.map(({ text }) => text),
    scorer,
    batch,
  );
  const families = new Map<
    string,
    { readonly folds: readonly Fold[]; readonly kinds: Map<Kind, { human: number; synthetic: number }> }
  >();
  const dealt = new Map<string, number>();
  for (const [index, { family, label }] of known.entries()) {
    const result = scored[index];
    if (result === undefined || (result.route === 'english' && !Number.isFinite(result.llr))) continue;
    const entry = families.get(family) ?? { folds: emptyFolds(), kinds: new Map() };
    families.set(family, entry);
    if (result.route !== 'english') {
      const counts = entry.kinds.get(result.route) ?? { human: 0, synthetic: 0 };
      counts[label] += 1;
      entry.kinds.set(result.route, counts);
      continue;
    }
    // Dealt in turn, per family and label, so that the folds are even; the order is that of hashes.
    const turn = JSON.stringify([family, label]);
    const number = dealt.get(turn) ?? 0;
    dealt.set(turn, number + 1);
    const fold = entry.folds[number % foldCount];
    if (fold !== undefined) countInto(fold[label], binOf(result.llr));
  }
  // A canary that the second stage failed at is asked again at the next start.
  const isWhole = !scored.some((result) => result.route === 'english' && result.unanswered !== undefined);
  return {
    model: scorer.id,
    key: isWhole ? key : `${key} in part`,
    families: [...families].map(([family, { folds, kinds }]) => ({
      family,
      folds: folds.map(({ human, synthetic }) => ({
        human: toSparse(human),
        synthetic: toSparse(synthetic),
      })),
      kinds: [...kinds].map(([kind, counts]) => ({ kind, ...counts })),
    })),
  };
}

function emptyFolds(): readonly Fold[] {
  return Array.from({ length: foldCount }, () => ({ human: emptyHistogram(), synthetic: emptyHistogram() }));
}

function fromValue(version: string, value: CalibrationValue): Calibration {
  return {
    version,
    families: new Map(
      value.families.map(({ family, folds, kinds }) => [
        family,
        {
          folds: folds.map(({ human, synthetic }) => ({
            human: fromSparse(human),
            synthetic: fromSparse(synthetic),
          })),
          kinds: new Map(kinds.map(({ kind, human, synthetic }) => [kind, { human, synthetic }])),
        },
      ]),
    ),
  };
}
