import type { Choices } from './choices.ts';

/** Rules that live outside the code under test: how the simulated broker, writers and services behave. */
export type ModelRule =
  /** P2: the router looks at today's configuration. */
  | 'pure_route'
  /** P1: detector and verifier send refused documents to their end themselves. */
  | 'one_writer_per_topic'
  /** P5: a writer goes on after a failed send. */
  | 'stop_on_failed_send'
  /** P6: the snapshot of a partition lies under one name. */
  | 'immutable_snapshots'
  /** P8: the mixer goes on where the consumer group stands. */
  | 'log_is_the_truth';

/** What is different from the rules as written. */
export interface Variant {
  /** A rule of the model that is switched off. */
  readonly off?: ModelRule | undefined;
  /** Messages between stages vanish now and then, and nobody is told. */
  readonly silentLosses?: boolean;
}

/** What may go wrong on the way to the world, and which rules of the model are off. */
export class Faults {
  /** While false nothing goes wrong: the end of every run. */
  on = true;
  readonly #choices: Choices;
  readonly #off: ModelRule | undefined;
  readonly #silentLosses: boolean;

  constructor(choices: Choices, { off, silentLosses = false }: Variant) {
    this.#choices = choices;
    this.#off = off;
    this.#silentLosses = silentLosses;
  }

  /** True when this rule of the model is switched off. */
  isOff(rule: ModelRule): boolean {
    return this.#off === rule;
  }

  get skipsFailedSends(): boolean {
    return this.isOff('stop_on_failed_send');
  }

  losesSend(): boolean {
    return this.on && this.#choices.chance(0.02);
  }

  losesSilently(): boolean {
    return this.on && this.#silentLosses && this.#choices.chance(0.004);
  }

  losesAnswer(): boolean {
    return this.on && this.#choices.chance(0.02);
  }

  /** Name of a snapshot: of its partition, offset and writer, unless the rule is off. */
  snapshotName(partition: string, rest: string): string {
    return this.isOff('immutable_snapshots') ? partition : `${partition} ${rest}`;
  }
}
