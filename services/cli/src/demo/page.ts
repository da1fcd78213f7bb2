import { isIngestTopic, rawTopic } from '@ballast/document';
import type { Amount, Pipeline } from '@ballast/document';
import type { DashboardSnapshot } from '@ballast/dashboard';
import { canariesNow, WatchedCanaries } from '../dashboard/canary-view.ts';
import { commitOf, lanesOf, numbersOf, verdictOf } from '../dashboard/numbers.ts';
import { Refresher } from '../dashboard/refresher.ts';
import { TopicRates } from '../dashboard/topic-rates.ts';
import { topicOrder } from '../dashboard/traffic.ts';
import type { Traffic } from '../dashboard/traffic.ts';
import { countFlow, readWaiting, sumWaiting } from '../pipeline/flow.ts';
import type { FlowDocuments, WaitingSums } from '../pipeline/flow.ts';
import type { RunWatch } from '../pipeline/run-files.ts';

/** What the page is told beside the run. */
export interface PageFacts {
  readonly dataset: string;
  readonly isRunning: () => boolean;
  readonly pipeline: Pipeline;
  readonly truth: () => DashboardSnapshot['truth'];
}

/** Milliseconds between two looks at the canaries, and until the page goes without their numbers. */
const [canaryMs, canaryWaitMs] = [5_000, 100];

/** Takes the page's numbers from a run over the embedded topics. */
export class PageView implements AsyncDisposable {
  readonly #watch: RunWatch;
  readonly #facts: PageFacts;
  readonly #rates = new TopicRates();
  readonly #canaries;
  readonly #watchedCanaries;

  constructor(watch: RunWatch, facts: PageFacts) {
    this.#watch = watch;
    this.#facts = facts;
    const canaries = new WatchedCanaries(facts.pipeline);
    this.#watchedCanaries = canaries;
    this.#canaries = new Refresher(() => canaries.look(watch.dataset.topics.published), canaryMs);
  }

  /** The numbers now. */
  async snapshot(): Promise<DashboardSnapshot> {
    const { dataset, isRunning, truth: knownTruth, pipeline } = this.#facts;
    const canaries = canariesNow(await this.#canaries.latest(canaryWaitMs));
    const { topics } = this.#watch.dataset;
    const states = await this.#watch.states();
    const flow = countFlow(topics, states);
    const waiting = sumWaiting(readWaiting(topics, states));
    const { outcomes, ...numbers } = numbersOf(states, pipeline.mixer.caps);
    const truth = knownTruth();
    return {
      ...numbers,
      dataset,
      time: new Date().toISOString(),
      running: isRunning(),
      verdict: verdictOf({
        ...numbers,
        hasTable: true,
        judgedTokens: states.data.totals.bound.tokens,
        commitsOver: 0,
        waiting: waiting.documents,
        isFeeding: flow.inFlight > 0,
        damage: undefined,
      }),
      flow: { ...outcomes, ...passing(flow, outcomes, waiting) },
      topics: this.#rates.rows(this.#topics(flow)),
      lanes: lanesOf((lane) => waiting.lanes[lane]),
      commits: this.#watch.commits().map(commitOf),
      canaries,
      ...(truth === undefined ? {} : { truth }),
    };
  }

  /** Ends what is being worked out: nothing of it may look at topics that are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watchedCanaries[Symbol.dispose]();
    await this.#canaries.settled();
  }

  #topics(flow: FlowDocuments): Traffic['topics'] {
    const ends = new Map<string, number>();
    for (const { topic, ends: partitions } of this.#watch.dataset.topics.counts()) {
      const name = isIngestTopic(topic) ? rawTopic : topic;
      ends.set(name, (ends.get(name) ?? 0) + Number(partitions.reduce((sum, end) => sum + end, 0n)));
    }
    return topicOrder
      .filter((topic) => ends.has(topic))
      .map((topic) => ({
        topic,
        end: ends.get(topic) ?? 0,
        lag: topic === rawTopic ? Math.max(0, flow.inFlight) : 0,
      }));
  }
}

/** What is on its way, in tokens too: the demo is small enough to read whatever waits. */
function passing(
  flow: FlowDocuments,
  outcomes: { readonly [way in 'kept' | 'rejected' | 'deferred' | 'dead']: Amount },
  waiting: WaitingSums,
): Pick<DashboardSnapshot['flow'], 'in' | 'waiting' | 'inFlight'> {
  const out = Object.values(outcomes).reduce((sum, { tokens }) => sum + tokens, waiting.tokens);
  return {
    // Tokens are counted by the oversampler, so what has not reached it has no count yet.
    in: { documents: flow.in, tokens: out },
    waiting: { documents: Math.max(0, flow.waiting), tokens: waiting.tokens },
    inFlight: { documents: Math.max(0, flow.inFlight), tokens: 0 },
  };
}
