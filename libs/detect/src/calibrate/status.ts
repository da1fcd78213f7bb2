import type { Json } from '@ballast/stage';
import type { PublishedReader, SnapshotStore } from '../snapshots.ts';
import { gatherArrivals } from './arrivals.ts';
import { calibrate } from './canaries.ts';
import type { CalibrateOptions } from './canaries.ts';
import { Estimates } from './estimates.ts';
import { emptyHistogram } from './histogram.ts';
import type { Kind, KindCanaries } from './kinds.ts';
import { outlookOf } from './outlook.ts';
import type { FamilyOutlook } from './outlook.ts';
import { fitPriorOf } from './points.ts';
import { reportOf } from './report.ts';
import type { FamilyReport } from './report.ts';

/** One family as `ballast canaries status` shows it. */
export interface FamilyStatus extends FamilyReport {
  /** Canaries that the model does not judge: they speak for texts of their kind alone (protocol P21). */
  readonly kinds: readonly ({ readonly kind: Kind } & KindCanaries)[];
  readonly outlook: FamilyOutlook;
}

/** How every family stands. */
export interface CanaryStatus {
  /** False: the detector has not judged by these canaries and this model yet; its next look or start does. */
  readonly isInForce: boolean;
  readonly families: readonly FamilyStatus[];
}

/** What {@link canaryStatus} needs: what calibration does, and a store to read. */
export interface StatusOptions extends Omit<CalibrateOptions, 'store'> {
  readonly tau: number;
  readonly store: PublishedReader;
}

/**
 * How every family stands under these canaries and this model, over the arrivals the store knows: what
 * the detector's next start would publish. Nothing is published by asking.
 */
export async function canaryStatus(options: StatusOptions): Promise<CanaryStatus> {
  const { scorer, tau } = options;
  const store = new AskingStore(options.store);
  const calibration = await calibrate({ ...options, store });
  const context = { scorer, calibration, tau, store };
  const arrivals = await gatherArrivals(store, new Map());
  const latest = await Estimates.latest(context);
  const estimates = await Estimates.follow(context, arrivals, latest);
  const prior = fitPriorOf(scorer.card);
  const none = { short: emptyHistogram(), long: emptyHistogram() };
  const families = estimates.all().map((estimate) => {
    const { family } = estimate;
    const input = {
      family,
      prior,
      arrivals: arrivals.get(family) ?? none,
      tau,
      folds: calibration.families.get(family)?.folds,
      card: scorer.card,
    };
    const kinds = [...(calibration.families.get(family)?.kinds ?? [])].map(([kind, counts]) => ({
      kind,
      ...counts,
    }));
    return { ...reportOf(estimate), kinds, outlook: outlookOf(input, estimate) };
  });
  return { isInForce: latest !== undefined, families };
}

/** Reads through to a store and keeps what is published to itself. */
class AskingStore implements SnapshotStore {
  readonly #behind: PublishedReader;
  readonly #own = new Map<string, Json>();

  constructor(behind: PublishedReader) {
    this.#behind = behind;
  }

  async read(name: string): Promise<{ readonly version: string; readonly value: Json } | undefined> {
    const value = this.#own.get(name);
    return value === undefined ? await this.#behind.read(name) : { version: 'asked', value };
  }

  publish(name: string, value: Json): Promise<string> {
    this.#own.set(name, value);
    return Promise.resolve('asked');
  }

  list(prefix: string): Promise<readonly string[]> {
    return this.#behind.list(prefix);
  }
}
