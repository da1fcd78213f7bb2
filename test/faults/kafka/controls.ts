import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka, Producer } from 'kafkajs';
import { seeded } from '../../seeded.ts';
import type { ProxiedBroker } from './proxied-broker.ts';
import { createRawTopic, rawClient, readTopic } from './raw-topic.ts';

/**
 * How a bare client writes. `guarded` is Ballast's way; each other one breaks one rule and must lose or
 * duplicate under the same faults, or the checker proves nothing.
 */
export const controls = ['guarded', 'keyless', 'in-flight', 'several-partitions'] as const;

/** One of the {@link controls}. */
export type Control = (typeof controls)[number];

/** What came of one run of a control. */
export interface ControlResult {
  readonly control: Control;
  readonly seed: number;
  readonly sent: number;
  readonly acknowledged: number;
  /** Acknowledged messages that are not on the topic. */
  readonly lost: number;
  /** Messages on the topic more than once. */
  readonly duplicated: number;
  /** Sends that were rejected. */
  readonly rejected: number;
  /** Answers lost, or leaders killed. */
  readonly injected: number;
}

const partitions = 3;

/** Writes numbered messages while Produce answers get lost at random, and compares topic and acknowledgements. */
export async function runLostAcks(
  control: Exclude<Control, 'several-partitions'>,
  seed: number,
  { broker, proxies }: ProxiedBroker,
  sends = 400,
): Promise<ControlResult> {
  const bootstrap = broker.bootstrap;
  const topic = await createRawTopic(bootstrap, partitions);
  const limit = 20;
  const before = lostAnswers(proxies);
  for (const proxy of proxies) {
    proxy.setFaults([{ apis: ['produce'], share: limit / sends, action: 'lose', client: /^control/, limit }]);
  }
  const tally = new Tally();
  const producer = await connected(rawClient(bootstrap, 'control'));
  const partitionOf = partitionChooser(control, seed);
  const lanes = control === 'in-flight' ? 8 : 1;
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < sends) {
        const value = String((next += 1));
        await tally.send([value], () =>
          producer.send({ topic, acks: -1, messages: [{ value, ...partitionOf() }] }),
        );
      }
    }),
  );
  for (const proxy of proxies) proxy.setFaults([]);
  await producer.disconnect();
  return {
    control,
    seed,
    ...(await tally.compare(bootstrap, topic)),
    injected: lostAnswers(proxies) - before,
  };
}

/** `in-flight` writes to one partition, as it would by rule; `guarded` in turn; `keyless` leaves the choice to the client. */
function partitionChooser(control: Control, seed: number): () => { readonly partition?: number } {
  const random = seeded(seed);
  if (control === 'keyless') return () => ({});
  if (control === 'in-flight') return () => ({ partition: 0 });
  return () => ({ partition: Math.floor(random() * partitions) });
}

/**
 * Sends to all partitions at once (or, `guarded`, one partition per send) on three nodes while one of the
 * leaders is frozen with the send under way and then killed: its partitions move to a node that has
 * answered this send already.
 */
export async function runLeaderKill(
  control: 'guarded' | 'several-partitions',
  seed: number,
  { broker }: ProxiedBroker,
): Promise<ControlResult> {
  const { bootstrap } = broker;
  const random = seeded(seed);
  const topic = await createRawTopic(bootstrap, partitions);
  const tally = new Tally();
  const producer = await connected(rawClient(bootstrap, 'control'));
  const perPartition = 10;
  const values = (partition: number): readonly string[] =>
    Array.from({ length: perPartition }, (_, index) => `${partition}-${index}`);
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  await producer.send({ topic, acks: -1, messages: all.map((partition) => ({ partition, value: 'first' })) });
  const victim = Math.floor(random() * broker.nodes.length);
  broker.freeze(victim);
  const sending =
    control === 'several-partitions'
      ? tally.send(all.flatMap(values), () =>
          producer.send({
            topic,
            acks: -1,
            messages: all.flatMap((partition) => values(partition).map((value) => ({ partition, value }))),
          }),
        )
      : sendInTurn(producer, tally, topic, all, values);
  await delay(500);
  await broker.kill(victim);
  await sending;
  await producer.disconnect();
  await broker.restart(victim);
  return { control, seed, ...(await tally.compare(bootstrap, topic)), injected: 1 };
}

async function sendInTurn(
  producer: Producer,
  tally: Tally,
  topic: string,
  all: readonly number[],
  values: (partition: number) => readonly string[],
): Promise<void> {
  for (const partition of all) {
    await tally.send(values(partition), () =>
      producer.send({
        topic,
        acks: -1,
        messages: values(partition).map((value) => ({ partition, value })),
      }),
    );
  }
}

async function connected(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    retry: { retries: Number.MAX_SAFE_INTEGER },
  });
  await producer.connect();
  return producer;
}

function lostAnswers(proxies: ProxiedBroker['proxies']): number {
  return proxies.reduce((sum, { injected }) => sum + (injected.produce ?? 0), 0);
}

/** What was sent and what the client said of it. */
class Tally {
  readonly #acknowledged = new Set<string>();
  #sent = 0;
  #rejected = 0;

  /** Repeats a send that never left the process (K25a); any other rejection counts. */
  async send(values: readonly string[], send: () => Promise<unknown>): Promise<void> {
    this.#sent += values.length;
    for (;;) {
      try {
        await send();
        for (const value of values) this.#acknowledged.add(value);
        return;
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'Broker not connected') {
          this.#rejected += 1;
          return;
        }
        await delay(20);
      }
    }
  }

  async compare(bootstrap: string, topic: string) {
    const copies = new Map<string, number>();
    await readTopic(bootstrap, topic, ({ value }) => {
      const text = String(value);
      if (text !== 'first') copies.set(text, (copies.get(text) ?? 0) + 1);
    });
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledged.size,
      rejected: this.#rejected,
      lost: [...this.#acknowledged].filter((value) => !copies.has(value)).length,
      duplicated: [...copies.values()].filter((count) => count > 1).length,
    };
  }
}
