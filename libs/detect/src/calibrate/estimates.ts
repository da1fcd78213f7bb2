import { z } from 'zod';
import type { Scorer } from '../model/scorer.ts';
import { prevalenceName, readSnapshot } from '../snapshots.ts';
import type { SnapshotStore } from '../snapshots.ts';
import type { Arrivals } from './arrivals.ts';
import type { Calibration } from './canaries.ts';
import { hasStabilityTurned, stabilityIndex } from './drift.ts';
import { estimateFamily } from './estimate.ts';
import { emptyHistogram, countOf } from './histogram.ts';
import { fitPriorOf, pointsOf } from './points.ts';
import type { CalibrationPoints } from './points.ts';
import { estimateShare, ratiosOf } from './prevalence.ts';
import { familyEstimateSchema } from './values.ts';
import type { FamilyEstimate } from './values.ts';
import type { FamilyArrivals } from './windows.ts';

/** The published estimates of all families. */
export const prevalenceSchema = z.object({
  model: z.string(),
  /** Version of the calibration snapshot the estimates rest on. */
  calibration: z.string(),
  tau: z.number(),
  families: z.array(familyEstimateSchema).readonly(),
  /** For a family without arrivals and canaries. */
  unseen: familyEstimateSchema,
});

type PrevalenceValue = z.infer<typeof prevalenceSchema>;

/** What estimates are made under. */
export interface EstimateContext {
  readonly scorer: Pick<Scorer, 'id' | 'card'>;
  readonly calibration: Calibration;
  readonly tau: number;
  readonly store: SnapshotStore;
}

/** Documents of a family below which no estimate of its own is made. */
const arrivalsMin = 50;

/** Estimates as one published snapshot holds them. */
export class Estimates {
  readonly version: string;
  readonly #value: PrevalenceValue;
  readonly #families: ReadonlyMap<string, FamilyEstimate>;

  private constructor(version: string, value: PrevalenceValue) {
    this.version = version;
    this.#value = value;
    this.#families = new Map(value.families.map((estimate) => [estimate.family, estimate]));
  }

  /** The estimate a document of this family is judged by. */
  of(family: string): FamilyEstimate {
    return this.#families.get(family) ?? { ...this.#value.unseen, family };
  }

  /** Every family with an estimate of its own. */
  all(): readonly FamilyEstimate[] {
    return this.#value.families;
  }

  /** The latest published estimates if they were made under the same model, calibration and tau. */
  static async latest(context: EstimateContext): Promise<Estimates | undefined> {
    const published = await readSnapshot(context.store, prevalenceName, prevalenceSchema);
    if (published === undefined) return undefined;
    const { model, calibration, tau } = published.value;
    const fits =
      model === context.scorer.id && calibration === context.calibration.version && tau === context.tau;
    return fits ? new Estimates(published.version, published.value) : undefined;
  }

  /**
   * Publishes estimates that follow the arrivals: families that are new, whose windows have grown by
   * half, or whose share or scores have moved are estimated again, the others stay. Gives back `before` when none is.
   */
  static async follow(
    context: EstimateContext,
    arrivals: Arrivals,
    before: Estimates | undefined,
  ): Promise<Estimates> {
    const names = new Set([
      ...(before?.all() ?? []).map(({ family }) => family),
      ...context.calibration.families.keys(),
    ]);
    for (const [family, { long }] of arrivals) if (countOf(long) >= arrivalsMin) names.add(family);
    const book = new PointBook(context);
    let hasMoved = before === undefined;
    const families = [...names].toSorted().map((family) => {
      const known = before?.all().find((estimate) => estimate.family === family);
      const seen = arrivals.get(family) ?? noArrivals;
      if (known !== undefined && !hasMovedFrom(known, seen)) return known;
      hasMoved = true;
      return book.estimate(family, seen);
    });
    if (!hasMoved && before !== undefined) return before;
    const value: PrevalenceValue = {
      model: context.scorer.id,
      calibration: context.calibration.version,
      tau: context.tau,
      families,
      unseen: before?.of('') ?? book.estimate('', noArrivals),
    };
    return new Estimates(await context.store.publish(prevalenceName, value), value);
  }
}

const noArrivals: FamilyArrivals = { short: emptyHistogram(), long: emptyHistogram(), seen: 0 };

/** Points of each family under one calibration; those of the card are made once. */
class PointBook {
  readonly #context: EstimateContext;
  readonly #prior;
  #card: CalibrationPoints | undefined;

  constructor(context: EstimateContext) {
    this.#context = context;
    this.#prior = fitPriorOf(context.scorer.card);
  }

  estimate(family: string, arrivals: FamilyArrivals): FamilyEstimate {
    return estimateFamily({
      family,
      points: this.#points(family),
      prior: this.#prior,
      arrivals,
      tau: this.#context.tau,
    });
  }

  #points(family: string): CalibrationPoints {
    const { calibration, scorer } = this.#context;
    const canaries = calibration.families.get(family);
    if (canaries !== undefined) return pointsOf(canaries.folds, scorer.card, this.#prior);
    this.#card ??= pointsOf(undefined, scorer.card, this.#prior);
    return this.#card;
  }
}

/** A cheap look (two point estimates) that decides whether the costly one is due. */
function hasMovedFrom(known: FamilyEstimate, { short, long }: FamilyArrivals): boolean {
  const documents = countOf(long);
  if (documents >= arrivalsMin && documents >= 1.5 * known.arrivals.long) return true;
  if (hasStabilityTurned(known.stability, stabilityIndex({ short, long }))) return true;
  const ratios = ratiosOf(known.fit);
  const now = {
    short: estimateShare(short, ratios, undefined, known.share),
    long: estimateShare(long, ratios, undefined, known.share),
  };
  if (now.short > known.shareUpper) return true;
  const tolerance = Math.max(0.01, 0.25 * (known.shareUpper - known.share));
  return Math.abs((known.drifting ? now.short : now.long) - known.share) > tolerance;
}
