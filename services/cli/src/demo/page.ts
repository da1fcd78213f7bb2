import { detectedTopic, isIngestTopic, lanes, refusals, topicOf, verifiedTopic } from '@ballast/document';
import type { Amount, Lane } from '@ballast/document';
import type { DashboardSnapshot } from '@ballast/dashboard';
import { countFlow, readWaiting, refusedBy, sumWaiting, totalOf } from '../pipeline/flow.ts';
import type { FlowDocuments, TableStates, WaitingSums } from '../pipeline/flow.ts';
import type { CommittedShard } from '../pipeline/judged-units.ts';
import { capsOf, mixtureOf, sharesOf } from '../pipeline/report.ts';
import type { RunWatch } from '../pipeline/run-files.ts';

/** What the page is told beside the run. */
export interface PageFacts {
  readonly dataset: string;
  readonly isRunning: () => boolean;
  /** Sentence about the canaries. */
  readonly canaries: string;
  readonly truth: () => DashboardSnapshot['truth'];
}

/** Takes the page's numbers from a run over the embedded topics. */
export class PageView {
  readonly #watch: RunWatch;
  readonly #facts: PageFacts;
  #before: { readonly time: number; readonly ends: ReadonlyMap<string, number> } = {
    time: 0,
    ends: new Map(),
  };

  constructor(watch: RunWatch, facts: PageFacts) {
    this.#watch = watch;
    this.#facts = facts;
  }

  /** The numbers now. */
  async snapshot(): Promise<DashboardSnapshot> {
    const { topics } = this.#watch.dataset;
    const states = await this.#watch.states();
    const flow = countFlow(topics, states);
    const waiting = sumWaiting(readWaiting(topics, states));
    const { unverified, total } = sharesOf(states.data.totals);
    const caps = capsOf(states.data);
    const truth = this.#facts.truth();
    return {
      dataset: this.#facts.dataset,
      time: new Date().toISOString(),
      running: this.#facts.isRunning(),
      verdict: verdictOf(flow, states, waiting),
      caps,
      shares: { scope: 'cumulative', unverified: boundOf(unverified), total: boundOf(total) },
      mixture: mixtureOf(states.data.totals),
      flow: amountsOf(flow, states, waiting),
      topics: this.#topics(flow),
      lanes: lanes.map((lane) => ({
        lane,
        ...(waiting.lanes[lane] ?? { documents: 0, tokens: 0 }),
        note: releaseNote(lane, waiting),
      })),
      commits: this.#watch.commits().map(commitOf),
      canaries: this.#facts.canaries,
      ...(truth === undefined ? {} : { truth }),
    };
  }

  #topics(flow: FlowDocuments): DashboardSnapshot['topics'] {
    const ends = new Map<string, number>();
    for (const { topic, ends: partitions } of this.#watch.dataset.topics.counts()) {
      const name = isIngestTopic(topic) ? 'documents.raw' : topic;
      ends.set(name, (ends.get(name) ?? 0) + Number(partitions.reduce((sum, end) => sum + end, 0n)));
    }
    const now = performance.now();
    const seconds = Math.max(0.001, (now - this.#before.time) / 1_000);
    const rows = [
      'documents.raw',
      detectedTopic,
      verifiedTopic,
      ...lanes.map(topicOf),
      ...refusals.map(topicOf),
    ]
      .filter((topic) => ends.has(topic))
      .map((topic) => {
        const end = ends.get(topic) ?? 0;
        const perSecond =
          this.#before.time === 0 ? 0 : Math.max(0, (end - (this.#before.ends.get(topic) ?? 0)) / seconds);
        return { topic, end, perSecond, lag: topic === 'documents.raw' ? Math.max(0, flow.inFlight) : 0 };
      });
    this.#before = { time: now, ends };
    return rows;
  }
}

function commitOf({
  version,
  time,
  documents,
  tokens,
  upper,
}: CommittedShard): DashboardSnapshot['commits'][number] {
  const bound = upper === undefined ? {} : { upper: Math.min(1, upper) };
  return { version, time: time.toISOString(), rows: documents, tokens, ...bound };
}

function boundOf({ share, upper }: { readonly share: number; readonly upper: number }): {
  readonly f: number;
  readonly u: number;
} {
  return { f: Math.min(1, share), u: Math.min(1, upper) };
}

function amountsOf(
  flow: FlowDocuments,
  { data, refused }: TableStates,
  waiting: WaitingSums,
): DashboardSnapshot['flow'] {
  const refusedAmounts = refusedBy(refused);
  const tokens = {
    kept: totalOf(data.totals.origin).tokens,
    rejected: refusedAmounts.rejected.tokens,
    deferred: refusedAmounts.deferred.tokens,
    dead: refusedAmounts.dead.tokens,
    waiting: waiting.tokens,
    // Tokens are counted by the oversampler, so what has not reached it has no count yet.
    inFlight: 0,
  };
  const amount = (name: keyof typeof tokens): Amount => ({
    documents: Math.max(0, flow[name]),
    tokens: tokens[name],
  });
  return {
    in: { documents: flow.in, tokens: Object.values(tokens).reduce((sum, count) => sum + count, 0) },
    kept: amount('kept'),
    rejected: amount('rejected'),
    deferred: amount('deferred'),
    dead: amount('dead'),
    waiting: amount('waiting'),
    inFlight: amount('inFlight'),
  };
}

function verdictOf(
  flow: FlowDocuments,
  { data }: TableStates,
  waiting: WaitingSums,
): DashboardSnapshot['verdict'] {
  const { unverified, total } = sharesOf(data.totals);
  const caps = capsOf(data);
  const waits =
    waiting.documents === 0
      ? []
      : [`${waiting.documents} documents wait in their lanes; none of them is lost.`];
  if (unverified.upper > caps.unverified || total.upper > caps.total) {
    return {
      state: 'broken',
      sentences: ['The upper bound of the synthetic share is above its cap.', ...waits],
    };
  }
  if (data.totals.bound.tokens === 0) {
    return {
      state: 'filling',
      sentences: ['Nothing is committed yet: the first judged unit is filling.', ...waits],
    };
  }
  const sentences = [
    `Every judged unit holds both caps: at most ${(100 * total.upper).toFixed(1)} % of the kept tokens are synthetic.`,
    ...waits,
  ];
  return { state: flow.inFlight > 0 ? 'filling' : 'holds', sentences };
}

function releaseNote(lane: Lane, { lanes: byLane }: WaitingSums): string {
  if ((byLane[lane]?.documents ?? 0) === 0) return '';
  if (lane === 'human') return 'Enters with the next commit.';
  if (lane === 'checked') return 'More human text: the total ceiling is full.';
  return 'More human text, or canaries that narrow the bound: the unverified ceiling is full.';
}
