import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { BallastError, RetryableError } from '../errors.ts';
import type { Checkpoint } from '../ports.ts';
import type { Environment } from './environment.ts';
import { topicErrors } from './errors.ts';

/** What the last ack of a group made durable. */
export interface Committed {
  /** Next offset to read. */
  readonly offset: bigint;
  readonly checkpoint: Checkpoint;
}

/** A group's place on one partition, for display. */
export interface GroupPlace extends TopicPartition {
  readonly group: string;
  readonly offset: bigint;
}

/** Offsets of consumer groups: the truth for the three stages (protocol P8), a display for the mixer. */
export class Groups {
  readonly #environment: Environment;
  readonly #failAt: (point: string) => void;

  constructor(environment: Environment, failAt: (point: string) => void) {
    this.#environment = environment;
    this.#failAt = failAt;
  }

  /** Where the group stands; undefined before its first ack. */
  committed(group: string, input: TopicPartition): Committed | undefined {
    this.#environment.refresh();
    return toCommitted(this.#environment.groups.get(keyOf(group, input)));
  }

  /** Every group's place on every partition it acked. */
  places(): readonly GroupPlace[] {
    this.#environment.refresh();
    const places: GroupPlace[] = [];
    for (const { key, value } of this.#environment.groups.getRange({})) {
      if (value.offset === undefined) continue;
      const [group, topic, partition] = key;
      places.push({
        group: String(group),
        topic: String(topic),
        partition: Number(partition),
        offset: BigInt(value.offset),
      });
    }
    return places;
  }

  /**
   * Makes `owner` the only incarnation that may ack these partitions and returns where each stands,
   * in one transaction: an older owner's ack either came before, and is returned, or is refused.
   */
  async claim(
    group: string,
    inputs: readonly TopicPartition[],
    owner: string,
  ): Promise<readonly (Committed | undefined)[]> {
    const { groups } = this.#environment;
    const claimed = await this.#environment.transact(() =>
      inputs.map((input) => {
        const key = keyOf(group, input);
        const entry = groups.get(key);
        void groups.put(key, { ...entry, owner });
        return toCommitted(entry);
      }),
    );
    await this.#environment.flush();
    return claimed;
  }

  /**
   * Stores offset and checkpoint in one durable transaction (protocol P6).
   * Rejects with BALLAST_GROUP_FENCED when a newer incarnation claimed the partition.
   */
  async ack(group: string, input: TopicPartition, owner: string, committed: Committed): Promise<void> {
    const { groups } = this.#environment;
    this.#failAt('ack:before');
    await this.#environment.transact(() => {
      const key = keyOf(group, input);
      const entry = groups.get(key);
      if (entry?.owner !== owner) {
        throw new RetryableError(
          topicErrors.fenced,
          `ack: ${formatTopicPartition(input)} of ${group} has a newer reader`,
        );
      }
      if (entry.offset !== undefined && BigInt(entry.offset) > committed.offset) {
        throw new BallastError(
          topicErrors.ackOrder,
          `ack: ${formatTopicPartition(input)} of ${group} stands at ${entry.offset}, cannot go back to ${committed.offset}`,
        );
      }
      void groups.put(key, { owner, offset: String(committed.offset), checkpoint: committed.checkpoint });
    });
    this.#failAt('ack:committed');
    await this.#environment.flush();
    this.#failAt('ack:flushed');
  }
}

function keyOf(group: string, { topic, partition }: TopicPartition): [string, string, number] {
  return [group, topic, partition];
}

function toCommitted(
  entry: { readonly offset?: string; readonly checkpoint?: Checkpoint } | undefined,
): Committed | undefined {
  if (entry?.offset === undefined || entry.checkpoint === undefined) return undefined;
  return { offset: BigInt(entry.offset), checkpoint: entry.checkpoint };
}
