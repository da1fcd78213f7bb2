import { detectedTopic, pipelineSchema, rawTopic, topicOf, verifiedTopic } from '@ballast/document';
import type { Verdicts } from '@ballast/document';
import { route } from '@ballast/oversample';
import { BallastError } from '@ballast/stage';
import type { Stage } from '@ballast/stage';
import { memoryIndex, verify } from '@ballast/verify';
import type { FirstSeenIndex } from '@ballast/verify';
import { account } from './account.ts';
import type { Account } from './account.ts';
import { Broker } from './broker.ts';
import { detectorOf, makeDocument } from './documents.ts';
import type { Kind } from './documents.ts';
import { Faults } from './faults.ts';
import type { Variant } from './faults.ts';
import { mixerRun, refusedRun } from './mixer-run.ts';
import { Task } from './schedule.ts';
import { choices } from './choices.ts';
import type { Choices } from './choices.ts';
import type { Shards } from './shards.ts';
import { stageRun } from './stage-run.ts';
import type { Objects } from './store.ts';

const partitions = [0, 1] as const;
const services = ['detector', 'verifier', 'oversampler', 'mixer', 'refused'] as const;
type Service = (typeof services)[number];

/** A place in the pipeline that some incarnation has to fill. */
interface Post {
  readonly service: Service;
  readonly partition: number;
}

/** The posts: the mixer owns all lanes of all partitions (protocol P14), the stages one partition each. */
const posts: readonly Post[] = services.flatMap((service): readonly Post[] =>
  service === 'mixer' || service === 'refused'
    ? [{ service, partition: 0 }]
    : partitions.map((partition) => ({ service, partition })),
);

/** What stops a service until a person has looked at it. */
const alarming = new Set(['BALLAST_CHAIN_LOSS', 'BALLAST_CHAIN_DIVERGED', 'BALLAST_MIX_GAP']);

/** Steps of the part in which things go wrong. */
const faultySteps = 500;
/** Restarts after the faults have ended, before a run counts as unable to finish. */
const restartsMax = 60;

/** One seeded run of the whole pipeline: what became of every document. */
export async function simulate(seed: number, variant: Variant = {}): Promise<Account> {
  const world = new World(seed, variant, await memoryIndex({ table: 'simulated' }));
  await world.disturb();
  await world.finish();
  const { broker, objects, shards, alarms } = world;
  return { ...(await account(broker, partitions, objects, shards)), alarms: [...alarms] };
}

class World {
  readonly broker = new Broker();
  readonly objects: Objects = new Map();
  readonly shards: Shards = new Map();
  /** Codes of the errors that call a person. */
  readonly alarms = new Set<string>();
  readonly #choices: Choices;
  readonly #faults: Faults;
  readonly #index: FirstSeenIndex;
  #tasks: { readonly task: Task; readonly post: Post }[] = [];
  #count = 0;
  #now = 0;

  constructor(seed: number, variant: Variant, index: FirstSeenIndex) {
    this.#choices = choices(seed);
    this.#faults = new Faults(this.#choices, variant);
    this.#index = index;
  }

  /** Documents arrive, and everything that may happen to a service happens. */
  async disturb(): Promise<void> {
    for (const post of posts) await this.#start(post);
    for (let step = 0; step < faultySteps; step += 1) {
      if (step < faultySteps / 2 && this.#choices.chance(0.1)) this.#ingest(this.#choices.pick(partitions));
      // The one before it, if it lives, goes on as a zombie.
      if (this.#choices.chance(0.04)) await this.#start(this.#choices.pick(posts));
      if (this.#choices.chance(0.02)) this.#kill();
      if (this.#faults.losesSilently()) this.#loseOne();
      await this.#stepOne();
    }
  }

  /** Nothing goes wrong any more: runs until nothing changes. */
  async finish(): Promise<void> {
    this.#faults.on = false;
    // Human text to the end, or what waits for company would wait for ever.
    for (const partition of partitions) {
      for (let more = 0; more < 6; more += 1) this.#ingest(partition, 'attested');
    }
    for (const post of posts) await this.#start(post);
    let still = 0;
    let restarts = 0;
    while (still < 3 && restarts < restartsMax) {
      const before = this.broker.changes;
      for (const { task } of this.#tasks) {
        for (let step = 0; step < 8; step += 1) await task.step();
      }
      this.#now += 2_000;
      restarts += await this.#refill();
      still = this.broker.changes === before ? still + 1 : 0;
    }
  }

  #ingest(partition: number, kind?: Kind): void {
    this.#count += 1;
    this.broker.ingest({ topic: rawTopic, partition }, makeDocument(this.#count, this.#choices, kind));
  }

  /** Takes a message that nobody has read yet out of a topic between two stages; a later one shows that it is missing. */
  #loseOne(): void {
    const [group, topic] = this.#choices.pick([
      ['verifier', detectedTopic],
      ['oversampler', verifiedTopic],
    ] as const);
    const input = { topic, partition: this.#choices.pick(partitions) };
    const next = this.broker.committed(group, input)?.offset ?? 0n;
    if (this.broker.end(input) >= next + 4n) this.broker.lose(input, Number(next) + 2);
  }

  /** Ends an incarnation where it stands, as SIGKILL would: it is never resumed. */
  #kill(): void {
    if (this.#tasks.length > 0) this.#tasks.splice(this.#choices.below(this.#tasks.length), 1);
  }

  async #stepOne(): Promise<void> {
    this.#now += 30;
    if (this.#tasks.length === 0) return;
    await this.#choices.pick(this.#tasks).task.step();
    this.#takeEnded();
  }

  /** Starts a new incarnation for every post that nobody fills; the number started. */
  async #refill(): Promise<number> {
    const empty = this.#takeEnded();
    for (const post of empty) await this.#start(post);
    return empty.size;
  }

  /** The posts whose incarnations have ended; those that raised an alarm are noted. */
  #takeEnded(): ReadonlySet<Post> {
    const ended = this.#tasks.filter(({ task }) => task.end !== undefined);
    this.#tasks = this.#tasks.filter(({ task }) => task.end === undefined);
    for (const { task } of ended) {
      const error = task.end?.error;
      if (error instanceof BallastError && alarming.has(error.code)) this.alarms.add(error.code);
    }
    return new Set(ended.map(({ post }) => post));
  }

  async #start(post: Post): Promise<void> {
    this.#count += 1;
    const task = new Task(`${post.service} ${post.partition} #${this.#count}`);
    this.#tasks.push({ task, post });
    const uuid = this.#count;
    const common = { broker: this.broker, task, choices: this.#choices, faults: this.#faults };
    const mixing = {
      ...common,
      partitions,
      objects: this.objects,
      shards: this.shards,
      now: () => this.#now,
    };
    await task.start(() => {
      if (post.service === 'mixer') return mixerRun(mixing);
      if (post.service === 'refused') return refusedRun(mixing);
      const { topic, stage, to } = this.#stage(post.service);
      return stageRun({
        ...common,
        uuid,
        group: post.service,
        input: { topic, partition: post.partition },
        stages: [stage],
        route: to,
      });
    });
  }

  /** A stage as an operator would start it now: settings differ from start to start. */
  #stage(service: 'detector' | 'verifier' | 'oversampler') {
    const direct = this.#faults.isOff('one_writer_per_topic');
    const to =
      (topic: string) =>
      (verdicts: Verdicts): string =>
        direct && isRefused(verdicts) ? topicOf('dead') : topic;
    if (service === 'detector') {
      const stage: Stage = detectorOf({ tau: this.#choices.pick([0.1, 0.12]) });
      return { topic: rawTopic, stage, to: to(detectedTopic) };
    }
    if (service === 'verifier') {
      const action = this.#choices.pick(['annotate', 'annotate', 'enforce']);
      const { verify: pipeline } = pipelineSchema.parse({ verify: { action, code: 'off' } });
      const stage: Stage = verify({
        pipeline,
        index: this.#index,
        sandbox: undefined,
        trustOf: () => new Set(),
      });
      return { topic: detectedTopic, stage, to: to(verifiedTopic) };
    }
    const tau = this.#choices.pick([0.1, 0.12]);
    const byToday = (verdicts: Verdicts): string => {
      const { detect } = verdicts;
      if (isRefused(verdicts) || detect === undefined || !('pUpper' in detect)) return route(verdicts);
      return detect.pUpper < tau ? topicOf('human') : topicOf('p50');
    };
    return {
      topic: verifiedTopic,
      stage: oversampler,
      to: this.#faults.isOff('pure_route') ? byToday : route,
    };
  }
}

function isRefused({ detect, verify: verdict }: Verdicts): boolean {
  return detect?.action === 'dead' || (verdict !== undefined && verdict.action !== 'keep');
}

/** Every document once: repeats are the mixer's arithmetic, and tested there. */
const oversampler: Stage = {
  name: 'oversample',
  version: 'simulated',
  process: async (batch) =>
    batch.map(() => ({
      stage: 'oversample',
      version: 'simulated',
      action: 'keep',
      reason: 'simulated',
      stratum: 'all',
      repeats: 1,
      tokens: 2,
      snapshots: { reference: 'r', census: 'c' },
    })),
};
