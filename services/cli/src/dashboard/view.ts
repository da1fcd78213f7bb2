import type { Pipeline } from '@ballast/document';
import type { DashboardSnapshot } from '@ballast/dashboard';
import type { TableHeads } from '@ballast/table';
import { WatchedBrokers } from './broker-traffic.ts';
import { canariesNow, WatchedCanaries } from './canary-view.ts';
import { embeddedTraffic } from './embedded-traffic.ts';
import { commitOf, lanesOf, numbersOf, verdictOf } from './numbers.ts';
import { messageOf, Refresher } from './refresher.ts';
import type { Latest } from './refresher.ts';
import { WatchedTable } from './table-view.ts';
import { TopicRates } from './topic-rates.ts';
import { WatchedState } from './watched-state.ts';
import type { Traffic } from './traffic.ts';

/** What a page watches. */
export interface ViewOptions {
  /** Dataset root; it need not be there yet. */
  readonly root: string;
  /** Embedded state, looked at where no brokers are named. */
  readonly state: string;
  readonly pipeline: Pipeline;
  /** Allows an unencrypted connection to brokers on another host. */
  readonly insecure: boolean;
}

/** Milliseconds between two looks at table and topics, and at the canaries. */
const [lookMs, canaryMs] = [2_000, 20_000];

/** Traffic and the heads of the logs it was measured against: only together do they add up. */
interface Measured {
  readonly heads: TableHeads;
  /** Undefined where there is no topic to look at. */
  readonly traffic: Traffic | undefined;
}

/**
 * A table with its topics and canaries as the page shows them. Each of the three is looked at by itself,
 * so that a broker that is away costs nobody the table's numbers; nothing is written anywhere.
 */
export class TableView implements AsyncDisposable {
  readonly #options: ViewOptions;
  readonly #table: WatchedTable;
  readonly #brokers: WatchedBrokers | undefined;
  readonly #rates = new TopicRates();
  readonly #tableNumbers;
  readonly #measured;
  readonly #canaries;
  readonly #watchedCanaries;
  readonly #state: WatchedState;

  constructor(options: ViewOptions) {
    const { root, pipeline, insecure } = options;
    this.#options = options;
    this.#state = new WatchedState(options.state);
    this.#table = new WatchedTable(root);
    this.#brokers =
      pipeline.kafka.brokers.length === 0 ? undefined : new WatchedBrokers(pipeline.kafka, insecure);
    const canaries = new WatchedCanaries(pipeline);
    this.#watchedCanaries = canaries;
    this.#tableNumbers = new Refresher(() => this.#table.look(), lookMs);
    this.#measured = new Refresher(() => this.#measure(), lookMs);
    this.#canaries = new Refresher(async () => await canaries.look(await this.#published()), canaryMs);
  }

  /** The numbers now; waits up to `waitMs` for those that were never taken. */
  async snapshot(waitMs: number): Promise<DashboardSnapshot> {
    const [table, measured, canaries] = await Promise.all([
      this.#tableNumbers.latest(waitMs),
      this.#measured.latest(waitMs),
      this.#canaries.latest(waitMs),
    ]);
    const { heads, commits = [], commitsOver = 0, strata } = table.value ?? {};
    const traffic = measured.value?.traffic;
    const caps = this.#options.pipeline.mixer.caps;
    const numbers = numbersOf(heads ?? noHeads, caps);
    // What went in, waits and is in flight adds up with the logs as they were when it was measured.
    const { outcomes } = traffic === undefined ? numbers : numbersOf(measured.value?.heads ?? noHeads, caps);
    return {
      dataset: this.#options.root,
      time: new Date().toISOString(),
      running: true,
      verdict:
        table.value === undefined && table.problem === undefined
          ? { state: 'filling', sentences: [`Reading the table's log: ${this.#table.read} entries so far.`] }
          : verdictOf({
              ...numbers,
              hasTable: heads?.data !== undefined,
              judgedTokens: heads?.data?.totals.bound.tokens ?? 0,
              commitsOver,
              waiting: traffic?.waiting,
              isFeeding: false,
              damage: table.problem === undefined ? undefined : messageOf(table.problem),
            }),
      notices: this.#notices(table, measured),
      caps: numbers.caps,
      shares: numbers.shares,
      mixture: numbers.mixture,
      ...(numbers.refusals === undefined ? {} : { refusals: numbers.refusals }),
      flow: { ...outcomes, ...passing(traffic) },
      topics: traffic === undefined ? [] : this.#rates.rows(traffic.topics),
      ...(traffic === undefined ? {} : { stages: traffic.stages }),
      lanes: lanesOf((lane) => ({ documents: traffic?.lanes.get(lane) ?? 0 })),
      commits: commits.map(commitOf),
      ...(strata === undefined ? {} : { strata: [...strata] }),
      canaries: canariesNow(canaries),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watchedCanaries[Symbol.dispose]();
    await this.#brokers?.[Symbol.asyncDispose]();
    await Promise.all([this.#measured, this.#canaries].map((each) => each.settled()));
    await this.#state[Symbol.asyncDispose]();
  }

  async #measure(): Promise<Measured> {
    const { heads } = await this.#table.look();
    if (this.#brokers !== undefined) return { heads, traffic: await this.#brokers.traffic(heads) };
    const topics = await this.#state.topics();
    return { heads, traffic: topics === undefined ? undefined : await embeddedTraffic(topics, heads) };
  }

  async #published(): Promise<Parameters<WatchedCanaries['look']>[0]> {
    const published =
      this.#brokers === undefined ? (await this.#state.topics())?.published : await this.#brokers.published();
    return published ?? { read: () => Promise.resolve(undefined), list: () => Promise.resolve([]) };
  }

  #notices(table: Latest<unknown>, measured: Latest<Measured>): string[] {
    const { value, problem, failingSince } = measured;
    const notices: string[] = [];
    // A damaged log fails both looks, and the verdict says so already.
    if (problem !== undefined && table.problem === undefined) {
      const since = (failingSince ?? new Date()).toISOString().slice(11, 19);
      const age = value?.traffic === undefined ? 'are not known' : 'are those of then';
      notices.push(
        `Since ${since} UTC: ${messageOf(problem)}. What went in, what waits and how far stages are behind ${age}; the page goes on trying.`,
      );
    }
    if (value !== undefined && value.traffic === undefined && problem === undefined) {
      notices.push(
        `There are no topics to look at: ${this.#options.state} holds no state. Name the brokers with --brokers, or the state with --state.`,
      );
    }
    return notices;
  }
}

const noHeads: TableHeads = { data: undefined, refused: undefined };

function passing(
  traffic: Traffic | undefined,
): Pick<DashboardSnapshot['flow'], 'in' | 'waiting' | 'inFlight'> {
  if (traffic === undefined) return {};
  const { in: arrived, waiting, inFlight } = traffic;
  return { in: { documents: arrived }, waiting: { documents: waiting }, inFlight: { documents: inFlight } };
}
