import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { BallastError, RetryableError, groupErrors } from '@ballast/stage';
import type { Kafka } from 'kafkajs';
import { clusterOf } from '../admin/cluster.ts';
import type { Cluster, ClusterBroker, JoinAnswer, JoinRequest } from '../admin/cluster.ts';
import { deniedError } from '../admin/denied.ts';
import { typeOf } from '../admin/describe-topics.ts';
import { adminErrors } from '../admin/errors.ts';
import { isPassing } from '../admin/passing.ts';
import { dealOut, decodeDeal, decodeWish, encodeDeal, encodeWish, protocolName } from './assignment.ts';
import type { MemberWish } from './assignment.ts';
import { askMemberId } from './member-id.ts';

/** Where a group stands on a partition. */
export interface CommittedOffset {
  /** Next offset to read. */
  readonly offset: bigint;
  readonly metadata: string;
}

/** Where a group shall stand on a partition. */
export interface NewOffset extends TopicPartition, CommittedOffset {}

/** What a member was dealt, until the group is dealt out anew. */
export interface Generation {
  readonly inputs: readonly TopicPartition[];
  /** Aborts when the partitions are to be given up; what is in hand may still be committed. */
  readonly signal: AbortSignal;
  /** Where the group stands; asked in this generation, so no older one can still move it. Absent: never committed. */
  committed(): Promise<ReadonlyMap<string, CommittedOffset>>;
  /** One request for all. Rejects with BALLAST_GROUP_FENCED once the partitions may be another member's. */
  commit(places: readonly NewOffset[]): Promise<void>;
}

/** A member of a consumer group that is dealt partitions and commits offsets, and reads nothing. */
export interface Membership extends AsyncDisposable {
  /**
   * One generation after the other; the member joins anew when the next is asked for, so whoever holds a
   * generation can finish what is in hand first. Ends when the signal aborts; what is in hand may still be
   * committed until the member is disposed of, which leaves the group.
   */
  generations(signal: AbortSignal): AsyncIterable<Generation>;
  /** True while partitions are dealt. */
  joined(): boolean;
  /** Asks the coordinator at once whether partitions are dealt anew. */
  hurry(): void;
  /** Rejects when only a new process can go on. */
  readonly failed: Promise<never>;
}

/** How a member joins. */
export interface MembershipOptions extends MemberWish {
  readonly kafka: Kafka;
  readonly group: string;
  /** Folder of this replica; keeps the member id, so that a successor can take a dead member out. */
  readonly replicaDir: string;
  readonly sessionTimeoutMs: number;
}

/** Also how late a member hears that the group is dealt out anew, while others wait for it. */
const heartbeatMs = 500;
/** How long the group waits for a member that finishes what it has in hand. */
const rebalanceMs = 60_000;
/** Longest a commit is repeated whose answer does not come, and the pause between, in milliseconds. */
const commitMs = 60_000;
const pauseMs = 250;
/** Longest a process waits to leave a group whose coordinator does not answer. */
const leaveMs = 1_500;

/** What a coordinator answers to a member that is none any more in this generation. */
const fencedTypes: ReadonlySet<string | undefined> = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
]);

/**
 * A member of a group, on connections of its own. It never fetches: it can neither move an offset by
 * itself nor be kept from its heartbeats by long work (kafkajs's consumer can be both). An older member
 * whose id the replica's folder holds is taken out of the group first.
 */
export async function joinGroup(options: MembershipOptions): Promise<Membership> {
  const cluster = clusterOf(options.kafka);
  await cluster.connect();
  await cluster.addMultipleTargetTopics([...options.topics]);
  await dismissIn(options.kafka, options.replicaDir, idFileOf(options.group));
  return new Member(cluster, options);
}

/**
 * Takes the members out of their groups whose ids a replica's folder holds: its predecessor has died, and
 * its partitions need not wait for this process to be ready, nor for the session time-out.
 */
export async function dismissPredecessors(kafka: Kafka, replicaDir: string): Promise<void> {
  const files = await readdir(replicaDir).catch((): string[] => []);
  const ids = files.filter((file) => file.startsWith(idFilePrefix) && !file.endsWith('.new'));
  await Promise.all(ids.map(async (file) => await dismissIn(kafka, replicaDir, file)));
}

/** Takes the member out whose id this file of a replica's folder holds. One that is known to have left is forgotten. */
async function dismissIn(kafka: Kafka, replicaDir: string, file: string): Promise<void> {
  const path = join(replicaDir, file);
  const memberId = await readId(path);
  const hasLeft = await dismiss(kafka, file.slice(idFilePrefix.length), memberId);
  // Its successor may have joined meanwhile.
  if (hasLeft && (await readId(path)) === memberId) await rm(path, { force: true });
}

const idFilePrefix = 'member-';
const idFileOf = (group: string): string => `${idFilePrefix}${group}`;

async function readId(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim();
}

/**
 * On connections of its own, as a broker answers a connection in order and a join may be in the way. One
 * that is no member any more is no error: the session time-out was quicker. Resolves with whether it is
 * known to be gone.
 */
async function dismiss(kafka: Kafka, groupId: string, memberId: string): Promise<boolean> {
  if (memberId === '') return false;
  const cluster = clusterOf(kafka);
  const leaving = async (): Promise<boolean> => {
    await cluster.connect();
    // Else kafkajs looks for the coordinator among no brokers, and again after a pause of 300 ms.
    await cluster.refreshMetadata();
    const broker = await cluster.findGroupCoordinator({ groupId });
    await broker.leaveGroup({ groupId, memberId });
    return true;
  };
  const hasLeft = await Promise.race([
    leaving().catch((error: unknown) => typeOf(error) === 'UNKNOWN_MEMBER_ID'),
    delay(leaveMs, false, { ref: false }),
  ]);
  await cluster.disconnect();
  return hasLeft;
}

interface Current {
  readonly id: number;
  readonly end: AbortController;
  /** Another member may own the partitions: nothing is committed any more. */
  isLost: boolean;
}

class Member implements Membership {
  readonly #cluster: Cluster;
  readonly #options: MembershipOptions;
  readonly #idFile: string;
  readonly #failed = Promise.withResolvers<never>();
  readonly #closed = new AbortController();
  #coordinator: ClusterBroker | undefined;
  #hurried = Promise.withResolvers<void>();
  #memberId = '';
  #current: Current | undefined;

  constructor(cluster: Cluster, options: MembershipOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#idFile = join(options.replicaDir, idFileOf(options.group));
    this.#failed.promise.catch(() => undefined);
  }

  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  joined(): boolean {
    return this.#current !== undefined && !this.#current.isLost;
  }

  hurry(): void {
    this.#hurried.resolve();
    this.#hurried = Promise.withResolvers();
  }

  async *generations(signal: AbortSignal): AsyncGenerator<Generation> {
    const stop = AbortSignal.any([signal, this.#closed.signal]);
    try {
      while (!stop.aborted) {
        const generation = await this.#join(stop);
        if (generation === undefined) return;
        yield generation;
        await aborted(generation.signal);
      }
    } catch (error) {
      this.#failed.reject(error);
      throw error;
    }
  }

  /** Joins until it is dealt something or nothing; undefined when stopped before. */
  async #join(stop: AbortSignal): Promise<Generation | undefined> {
    while (!stop.aborted) {
      try {
        if (this.#memberId === '') await Promise.race([this.#becomeMember(), aborted(stop)]);
        if (stop.aborted) return undefined;
        const joined = await this.#joinUnless(stop);
        if (joined === undefined) return undefined;
        const inputs = await this.#sync(joined);
        return this.#begin(joined.generationId, inputs, stop);
      } catch (error) {
        if (fencedTypes.has(typeOf(error))) this.#memberId = '';
        else if (typeOf(error) !== 'REBALANCE_IN_PROGRESS') throw await this.#explained(error);
      }
    }
    return undefined;
  }

  /** kafkajs says no more than that it found no coordinator; a broker that is asked itself says why. */
  async #explained(error: unknown): Promise<BallastError> {
    const { group } = this.#options;
    if (!(error instanceof Error) || error.name !== 'KafkaJSGroupCoordinatorNotFound')
      return groupError(group, error);
    try {
      await (await this.#cluster.findControllerBroker()).findGroupCoordinator({ groupId: group });
      return groupError(group, error);
    } catch (reason) {
      return groupError(group, reason);
    }
  }

  /** A join may be answered only when slow members have finished; one that is no longer wanted is taken back. */
  async #joinUnless(stop: AbortSignal): Promise<JoinAnswer | undefined> {
    const joining = this.#ask((broker) =>
      broker.joinGroup({ ...this.#joinRequest(), memberId: this.#memberId }),
    );
    const joined = await Promise.race([joining, aborted(stop)]);
    if (joined !== undefined) return joined;
    joining.catch(() => undefined);
    const { kafka, group } = this.#options;
    const memberId = this.#memberId;
    this.#memberId = '';
    await dismiss(kafka, group, memberId);
    return undefined;
  }

  #joinRequest(): Omit<JoinRequest, 'memberId'> {
    return {
      groupId: this.#options.group,
      sessionTimeout: this.#options.sessionTimeoutMs,
      rebalanceTimeout: rebalanceMs,
      groupProtocols: [{ name: protocolName, metadata: encodeWish(this.#options) }],
    };
  }

  /** Its id is on disk before it joins: whatever happens from here on, a successor can take this member out. */
  async #becomeMember(): Promise<void> {
    this.#memberId = await this.#ask((broker) => askMemberId(broker, this.#joinRequest()));
    await mkdir(this.#options.replicaDir, { recursive: true });
    await writeFile(`${this.#idFile}.new`, this.#memberId);
    await rename(`${this.#idFile}.new`, this.#idFile);
  }

  async #sync({ generationId, leaderId, memberId, members }: JoinAnswer): Promise<readonly TopicPartition[]> {
    const groupAssignment = leaderId === memberId ? await this.#deal(members) : [];
    const { memberAssignment } = await this.#ask((broker) =>
      broker.syncGroup({ groupId: this.#options.group, generationId, memberId, groupAssignment }),
    );
    return decodeDeal(memberAssignment);
  }

  async #deal(members: JoinAnswer['members']) {
    const wishing = members.map(({ memberId, memberMetadata }) => ({
      memberId,
      ...decodeWish(memberMetadata),
    }));
    await this.#cluster.addMultipleTargetTopics([...new Set(wishing.flatMap(({ topics }) => topics))]);
    await this.#cluster.refreshMetadata();
    const dealt = dealOut(wishing, (topic) => this.#cluster.findTopicPartitionMetadata(topic).length);
    return [...dealt].map(([memberId, inputs]) => ({ memberId, memberAssignment: encodeDeal(inputs) }));
  }

  #begin(id: number, inputs: readonly TopicPartition[], stop: AbortSignal): Generation {
    const current: Current = { id, end: new AbortController(), isLost: false };
    this.#current = current;
    void this.#beat(current);
    return {
      inputs,
      signal: AbortSignal.any([current.end.signal, stop]),
      committed: () => this.#committed(inputs),
      commit: (places) => this.#commit(current, places),
    };
  }

  /** Keeps the membership alive until the next generation, also while what is in hand is finished. */
  async #beat(current: Current): Promise<void> {
    const interval = Math.min(heartbeatMs, Math.floor(this.#options.sessionTimeoutMs / 3));
    while (this.#current === current && !current.isLost) {
      const waited = delay(interval, undefined, { signal: this.#closed.signal, ref: false });
      await Promise.race([waited.catch(() => undefined), this.#hurried.promise]);
      if (this.#current !== current) return;
      try {
        await this.#once((broker) =>
          broker.heartbeat({
            groupId: this.#options.group,
            memberId: this.#memberId,
            groupGenerationId: current.id,
          }),
        );
      } catch (error) {
        const type = typeOf(error);
        if (fencedTypes.has(type)) this.#lose(current);
        else if (type === 'REBALANCE_IN_PROGRESS') current.end.abort();
        else if (!isPassing(error)) this.#failed.reject(groupError(this.#options.group, error));
      }
    }
  }

  #lose(current: Current): void {
    current.isLost = true;
    current.end.abort();
  }

  async #committed(inputs: readonly TopicPartition[]): Promise<ReadonlyMap<string, CommittedOffset>> {
    const topics = [...Map.groupBy(inputs, ({ topic }) => topic)].map(([topic, partitions]) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition })),
    }));
    const { responses } = await this.#ask((broker) =>
      broker.offsetFetch({ groupId: this.#options.group, topics }),
    );
    return new Map(
      responses.flatMap(({ topic, partitions }) =>
        partitions
          .filter(({ offset }) => BigInt(offset) >= 0n)
          .map(({ partition, offset, metadata }) => [
            formatTopicPartition({ topic, partition }),
            { offset: BigInt(offset), metadata: metadata ?? '' },
          ]),
      ),
    );
  }

  async #commit(current: Current, places: readonly NewOffset[]): Promise<void> {
    const what = `${this.#options.group}: ${places.map((place) => `${formatTopicPartition(place)} at ${place.offset}`).join(', ')}`;
    const request = {
      groupId: this.#options.group,
      groupGenerationId: current.id,
      memberId: this.#memberId,
      topics: [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, partitions]) => ({
        topic,
        partitions: partitions.map(({ partition, offset, metadata }) => ({
          partition,
          offset: String(offset),
          metadata,
        })),
      })),
    };
    const end = performance.now() + commitMs;
    for (;;) {
      if (current.isLost || this.#current !== current)
        throw new RetryableError(groupErrors.fenced, `${what} is refused: the group was dealt out anew`);
      try {
        await this.#once((broker) => broker.offsetCommit(request));
        return;
      } catch (cause) {
        if (fencedTypes.has(typeOf(cause)) || typeOf(cause) === 'REBALANCE_IN_PROGRESS') {
          this.#lose(current);
          throw new RetryableError(groupErrors.fenced, `${what} is refused by the broker`, { cause });
        }
        // The same offset once more does no harm, whether the lost answer was a yes or not.
        if (!isPassing(cause) || performance.now() > end)
          throw new BallastError(adminErrors.group, `${what} was not committed`, { cause });
        await delay(pauseMs);
      }
    }
  }

  /** One request to the coordinator, which is looked up anew after a failure. */
  async #once<T>(request: (broker: ClusterBroker) => Promise<T>): Promise<T> {
    try {
      this.#coordinator ??= await this.#cluster.findGroupCoordinator({ groupId: this.#options.group });
      return await request(this.#coordinator);
    } catch (error) {
      if (isPassing(error)) this.#coordinator = undefined;
      throw error;
    }
  }

  /** As {@link Member.#once}, until it is answered: what passes by itself is waited for. */
  async #ask<T>(request: (broker: ClusterBroker) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.#once(request);
      } catch (error) {
        if (!isPassing(error) || this.#closed.signal.aborted) throw error;
        await delay(pauseMs);
      }
    }
  }

  async #leave(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    current?.end.abort();
    const memberId = this.#memberId;
    this.#memberId = '';
    if (memberId === '') return;
    const left = this.#once((broker) => broker.leaveGroup({ groupId: this.#options.group, memberId }));
    await Promise.race([left.catch(() => undefined), delay(leaveMs, undefined, { ref: false })]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#leave();
    await this.#cluster.disconnect();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function groupError(group: string, cause: unknown): BallastError {
  if (typeOf(cause) === 'GROUP_AUTHORIZATION_FAILED') return deniedError('Read', `group ${group}`, cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  return new BallastError(adminErrors.group, `group ${group}: ${message}`, { cause });
}
