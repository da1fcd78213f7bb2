import { formatTopicPartition, parseTopicPartition } from '@ballast/document';
import type { Position, TopicPartition } from '@ballast/document';
import type { Json, Snapshotted } from '@ballast/stage';
import { z } from 'zod';

/** Greatest offset judged, per ingest partition (`topic/partition`), decimal. */
type Marks = ReadonlyMap<string, bigint>;

const snapshotSchema = z.object({
  judged: z.record(z.string(), z.string().regex(/^\d{1,19}$/)),
  /** Which index, and how much of it, the acked documents rest on. */
  index: z.string().optional(),
});

interface Trail {
  readonly judged: Map<string, bigint>;
  /** Marks of the last snapshot; its ack may still be under way. */
  latest: Marks;
  /** Marks that a later snapshot, or a restart, has shown to be acked. */
  acked: Marks;
  /** What was handed out to be settled already. */
  settled: Marks;
  /** Index that a restored checkpoint rests on, until it was looked at. */
  witness: string | undefined;
}

/**
 * Knows which judged positions are acked, so that the index may forget their outcomes. Only what a
 * checkpoint *before* the last one holds counts as acked: the ack of the last may have failed, and
 * its documents then come again and need their stored outcomes.
 */
export class AckedPositions implements Snapshotted {
  readonly #trails = new Map<string, Trail>();
  readonly #witness: () => string | undefined;

  /** `witness` says what the index is and how far it has got. */
  constructor(witness: () => string | undefined) {
    this.#witness = witness;
  }

  restore(input: TopicPartition, snapshot: Json | undefined): void {
    const { judged, index } = snapshotSchema.parse(snapshot ?? { judged: {} });
    const marks = new Map(Object.entries(judged).map(([ingest, offset]) => [ingest, BigInt(offset)]));
    this.#trails.set(formatTopicPartition(input), {
      judged: new Map(marks),
      latest: marks,
      acked: marks,
      settled: new Map(),
      witness: index,
    });
  }

  snapshot(input: TopicPartition): Json {
    const trail = this.#trail(input);
    trail.acked = trail.latest;
    trail.latest = new Map(trail.judged);
    const judged = Object.fromEntries(
      [...trail.judged].map(([ingest, offset]) => [ingest, offset.toString()]),
    );
    const index = this.#witness();
    return index === undefined ? { judged } : { judged, index };
  }

  /** What the restored checkpoint of this input says of the index; once. */
  takeWitness(input: TopicPartition): string | undefined {
    const trail = this.#trail(input);
    const { witness } = trail;
    trail.witness = undefined;
    return witness;
  }

  /** Notes that positions of this input were judged. */
  judged(input: TopicPartition, positions: readonly Position[]): void {
    const { judged } = this.#trail(input);
    for (const position of positions) {
      const ingest = formatTopicPartition(position);
      const mark = judged.get(ingest);
      if (mark === undefined || position.offset > mark) judged.set(ingest, position.offset);
    }
  }

  /** Ingest partitions of this input with an acked offset that was not handed out before. */
  takeAcked(input: TopicPartition): readonly { readonly ingest: TopicPartition; readonly offset: bigint }[] {
    const trail = this.#trail(input);
    const news = [...trail.acked].filter(([ingest, offset]) => trail.settled.get(ingest) !== offset);
    trail.settled = trail.acked;
    return news.map(([ingest, offset]) => ({ ingest: parseTopicPartition(ingest), offset }));
  }

  #trail(input: TopicPartition): Trail {
    const key = formatTopicPartition(input);
    const known = this.#trails.get(key);
    if (known !== undefined) return known;
    const none: Marks = new Map();
    const trail: Trail = {
      judged: new Map(),
      latest: none,
      acked: none,
      settled: none,
      witness: undefined,
    };
    this.#trails.set(key, trail);
    return trail;
  }
}
