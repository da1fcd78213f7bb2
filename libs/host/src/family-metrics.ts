import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** What the detector knows of one source family. */
export interface FamilyState {
  readonly family: string;
  readonly calibrated: boolean;
  /** Every drift alarm there is, and whether it is raised. */
  readonly alarms: { readonly [alarm: string]: boolean };
  /** Share of synthetic text among its arrivals and the ends of its 95 % interval, 0 to 1. */
  readonly share: number;
  readonly shareLower: number;
  readonly shareUpper: number;
  /** Upper limit of the synthetic share of what would be presumed human, 0 to 1. */
  readonly humanBandUpper: number;
  /** Population stability index of its latest scores. */
  readonly stability: number;
  readonly canaries: { readonly human: number; readonly synthetic: number };
  /** Judged arrivals behind the share. */
  readonly arrivals: number;
}

/** Families that have series of their own: alarmed ones first, then those with the most arrivals. */
const familiesMax = 50;

/** Gauges of source families. The totals count every family, also those beyond the bound. */
export class FamilyGauges {
  readonly #calibrated;
  readonly #alarmed;
  readonly #each;

  constructor(registry: Registry) {
    const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
      new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
    this.#calibrated = gauge('ballast_families', 'Source families, by whether text may be presumed human.', [
      'calibrated',
    ]);
    this.#alarmed = gauge('ballast_families_alarmed', 'Source families that raise a drift alarm.', ['alarm']);
    this.#each = {
      share: gauge(
        'ballast_family_synthetic_ratio',
        'Share of synthetic text among the judged arrivals of a source family: estimate and 95 % interval.',
        ['family', 'bound'],
      ),
      calibrated: gauge('ballast_family_calibrated', '1 where text of the family may be presumed human.', [
        'family',
      ]),
      alarm: gauge('ballast_family_alarm', '1 while a drift alarm of the family is raised.', [
        'family',
        'alarm',
      ]),
      stability: gauge(
        'ballast_family_stability_index',
        'Population stability index of the latest scores of the family; above 0.25 they have moved.',
        ['family'],
      ),
      band: gauge(
        'ballast_family_human_band_upper_ratio',
        'Upper limit of the synthetic share of what is presumed human of the family.',
        ['family'],
      ),
      canaries: gauge('ballast_family_canaries', 'Canaries of the family that the model judges, by label.', [
        'family',
        'label',
      ]),
    };
  }

  /** Replaces what was set before. */
  set(families: readonly FamilyState[]): void {
    for (const calibrated of [true, false]) {
      const count = families.filter((family) => family.calibrated === calibrated).length;
      this.#calibrated.set({ calibrated: String(calibrated) }, count);
    }
    this.#alarmed.reset();
    for (const { alarms } of families) {
      for (const [alarm, isRaised] of Object.entries(alarms)) this.#alarmed.inc({ alarm }, Number(isRaised));
    }
    for (const gauge of Object.values(this.#each)) gauge.reset();
    const shown = families
      .filter(({ family }) => /^[\w.:-]{1,64}$/.test(family))
      .toSorted((a, b) => raised(b) - raised(a) || b.arrivals - a.arrivals)
      .slice(0, familiesMax);
    for (const family of shown) this.#show(family);
  }

  #show(state: FamilyState): void {
    const { family, canaries } = state;
    const { share, calibrated, alarm, stability, band, canaries: counts } = this.#each;
    share.set({ family, bound: 'estimate' }, state.share);
    share.set({ family, bound: 'lower' }, state.shareLower);
    share.set({ family, bound: 'upper' }, state.shareUpper);
    calibrated.set({ family }, Number(state.calibrated));
    for (const [name, isRaised] of Object.entries(state.alarms)) {
      alarm.set({ family, alarm: name }, Number(isRaised));
    }
    stability.set({ family }, state.stability);
    band.set({ family }, state.humanBandUpper);
    counts.set({ family, label: 'human' }, canaries.human);
    counts.set({ family, label: 'synthetic' }, canaries.synthetic);
  }
}

function raised({ alarms }: FamilyState): number {
  return Object.values(alarms).filter(Boolean).length;
}
