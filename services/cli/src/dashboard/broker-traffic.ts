import { setTimeout as delay } from 'node:timers/promises';
import { parseTopicPartition } from '@ballast/document';
import type { KafkaSettings } from '@ballast/document';
import type { PublishedReader } from '@ballast/detect';
import {
  adminErrors,
  measureLag,
  openBrokers,
  openPartitionReader,
  publishedTopic,
  readPublished,
} from '@ballast/kafka';
import type { Brokers, GroupReads, KnownArrivals } from '@ballast/kafka';
import { BallastError } from '@ballast/stage';
import type { TableHeads } from '@ballast/table';
import { groupsOf, readsWith } from '../kafka/group-reads.ts';
import { trafficOf } from './traffic.ts';
import type { Traffic } from './traffic.ts';

type Reader = Awaited<ReturnType<typeof openPartitionReader>>;

/** What is open while the brokers answer. */
interface Connection {
  readonly brokers: Brokers;
  readonly known: KnownArrivals;
  groups: readonly GroupReads[];
  reader: Reader | undefined;
  published: { readonly reader: Reader; readonly store: PublishedReader } | undefined;
  /** When the groups were looked at, on the clock of `performance.now()`. */
  lookedMs: number;
  /** What is opened from now on nobody would close. */
  isClosed: boolean;
}

/** Milliseconds after which topics and groups are looked at again: new ones appear seldom. */
const lookMs = 20_000;

/** Milliseconds in which brokers answer or count as away; the clients below go on trying for minutes. */
const answerMs = 6_000;

/** Brokers as a page watches them: connected on demand, and again after every failure. */
export class WatchedBrokers implements AsyncDisposable {
  readonly #settings: KafkaSettings;
  readonly #insecure: boolean;
  #connection: Promise<Connection> | undefined;

  constructor(settings: KafkaSettings, insecure: boolean) {
    this.#settings = settings;
    this.#insecure = insecure;
  }

  /**
   * What moves and waits on the brokers now, with the mixer's places from the table's logs. Rejects with
   * what connecting, describing and fetching throw; the next call connects anew.
   */
  async traffic(heads: TableHeads): Promise<Traffic> {
    try {
      const connection = await this.#open();
      const late = delay(answerMs, undefined, { ref: false });
      const traffic = await Promise.race([measure(connection, heads), late]);
      if (traffic !== undefined) return traffic;
      const where = this.#settings.brokers.join(', ');
      throw new BallastError(
        adminErrors.unreachable,
        `no broker answers at ${where}: nothing within ${answerMs / 1_000} s`,
      );
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  /** The values that the stages publish; undefined while there is no topic of them. */
  async published(): Promise<PublishedReader | undefined> {
    const connection = await this.#open();
    const { brokers } = connection;
    if (connection.published === undefined) {
      if (!(await brokers.admin.listTopics()).includes(publishedTopic)) return undefined;
      const reader = await openReader(connection, [publishedTopic]);
      connection.published = { reader, store: readPublished(reader) };
    }
    return connection.published.store;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  #open(): Promise<Connection> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  async #connect(): Promise<Connection> {
    return {
      brokers: await openBrokers(this.#settings, { name: 'dashboard', insecure: this.#insecure }),
      known: new Map(),
      groups: [],
      reader: undefined,
      published: undefined,
      lookedMs: Number.NEGATIVE_INFINITY,
      isClosed: false,
    };
  }

  async #close(): Promise<void> {
    const opened = this.#connection;
    this.#connection = undefined;
    const connection = await opened?.catch(() => undefined);
    if (connection === undefined) return;
    connection.isClosed = true;
    const { brokers, reader, published } = connection;
    await Promise.allSettled(
      [reader, published?.reader, brokers].map(async (each) => await each?.[Symbol.asyncDispose]()),
    );
  }
}

async function measure(connection: Connection, heads: TableHeads): Promise<Traffic> {
  await lookAgain(connection);
  const { brokers, groups, reader, known } = connection;
  if (reader === undefined) return trafficOf(new Map(), [], []);
  const ends = new Map<string, number>();
  for (const [name, { high }] of await reader.bounds(topicsOf(groups))) {
    const { topic } = parseTopicPartition(name);
    ends.set(topic, (ends.get(topic) ?? 0) + Number(high));
  }
  const asked = readsWith(groups, heads);
  const lags = await measureLag(brokers.admin, reader, asked, known);
  return trafficOf(
    ends,
    groups,
    lags.map((each) => ({ ...each, messages: Number(each.messages) })),
  );
}

/** A reader over the connection; one that was closed meanwhile, because it took too long, gets none. */
async function openReader(connection: Connection, topics: readonly string[]): Promise<Reader> {
  const reader = await openPartitionReader(connection.brokers.kafka, topics);
  if (!connection.isClosed) return reader;
  await reader[Symbol.asyncDispose]();
  const { bootstrap } = connection.brokers;
  throw new BallastError(adminErrors.unreachable, `no broker answers at ${bootstrap}: not in time`);
}

/** Looks for topics and groups that are new, and opens a reader for them. */
async function lookAgain(connection: Connection): Promise<void> {
  if (performance.now() - connection.lookedMs < lookMs) return;
  const groups = await groupsOf(connection.brokers);
  const topics = topicsOf(groups);
  if (connection.reader === undefined || topics.join(' ') !== topicsOf(connection.groups).join(' ')) {
    await connection.reader?.[Symbol.asyncDispose]();
    connection.reader = topics.length === 0 ? undefined : await openReader(connection, topics);
  }
  connection.groups = groups;
  connection.lookedMs = performance.now();
}

function topicsOf(groups: readonly GroupReads[]): readonly string[] {
  return [...new Set(groups.flatMap(({ topics }) => topics))].toSorted();
}
