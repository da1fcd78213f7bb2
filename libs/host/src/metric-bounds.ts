import type { Gauge } from 'prom-client';

/** Most distinct values of an open label in one group; the next ones are called `other`. */
const valuesPerGroupMax = 60;
/** Most topics that have lag series of their own. */
const topicsMax = 48;
/** Partitions from this number on are added up under `other`. */
const partitionsMax = 256;

/** Keeps an open label, such as a reason, from growing without bound: text from outside never adds series. */
export class LabelBound {
  readonly #groups = new Map<string, Set<string>>();

  /** The value itself, or `other` when it is no plain name or the group is full. */
  bound(group: string, value: string): string {
    if (!/^[\w.:-]{1,64}$/.test(value)) return 'other';
    const values = this.#groups.get(group) ?? new Set<string>();
    this.#groups.set(group, values);
    if (!values.has(value) && values.size >= valuesPerGroupMax) return 'other';
    values.add(value);
    return value;
  }
}

/** Lag per partition. What goes beyond the bounds is not lost but combined under topic `other`. */
export class PartitionGauge {
  readonly #gauge: Gauge<'stage' | 'topic' | 'partition'>;
  readonly #combine: (values: readonly number[]) => number;
  readonly #topics = new Set<string>();
  readonly #beyond = new Map<string, Map<string, number>>();

  /** @param combine How the values beyond the bounds become one: their sum, or the greatest. */
  constructor(gauge: Gauge<'stage' | 'topic' | 'partition'>, combine: (values: readonly number[]) => number) {
    this.#gauge = gauge;
    this.#combine = combine;
  }

  /** Sets the lag of `stage` on one partition. */
  set(stage: string, topic: string, partition: number, value: number): void {
    if (this.#topics.size < topicsMax) this.#topics.add(topic);
    if (this.#topics.has(topic) && partition < partitionsMax) {
      this.#gauge.set({ stage, topic, partition: String(partition) }, value);
      return;
    }
    const beyond = this.#beyond.get(stage) ?? new Map<string, number>();
    this.#beyond.set(stage, beyond);
    beyond.set(`${topic}/${partition}`, value);
    this.#gauge.set({ stage, topic: 'other', partition: 'other' }, this.#combine([...beyond.values()]));
  }
}
