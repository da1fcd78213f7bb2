import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pipelineSchema } from '@ballast/document';
import { openBrokers } from '@ballast/kafka';
import { z } from 'zod';
import { startBroker } from '../broker/broker.ts';
import type { Broker } from '../broker/broker.ts';
import { Workplace } from './cli.ts';
import { assertAudited } from './holds.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';
import { attested, declared, documents, inDisorder, jsonLines, writer } from './texts.ts';

const config = `
sources: [{ match: library-*, trust: human }]
ingest: [{ topic: documents.raw, trusted: [source] }]
verify: { action: annotate, code: 'off' }
mixer: { rowGroupDocuments: 64, shardBytes: 65536, maxHumanDelaySeconds: 2 }
kafka: { sessionTimeoutMs: 6000 }
`;

const measured = z.object({
  partitions: z.array(
    z.object({
      group: z.string(),
      topic: z.string(),
      partition: z.number(),
      messages: z.number(),
      seconds: z.number(),
    }),
  ),
});
const audited = z.object({
  figures: z.object({ keptDocuments: z.number(), refusedDocuments: z.number() }),
});

interface StageService extends Service {
  readonly name: string;
}

/** Commands of a user in one folder, over one broker. */
class OverBroker {
  readonly place: Workplace;
  readonly #broker: Broker;

  constructor(place: Workplace, broker: Broker) {
    this.place = place;
    this.#broker = broker;
    place.write('pipeline.yaml', config);
  }

  #flags(): readonly string[] {
    return ['--brokers', this.#broker.bootstrap, '--config', 'pipeline.yaml'];
  }

  /** Runs a command that must succeed; gives its standard output. */
  async ballast(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.place.ballast([...args, ...this.#flags()]);
    assert.equal(status, 0, `${args.join(' ')}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Starts a stage as a service and waits for its first line. */
  async service(stage: string): Promise<StageService> {
    const place = stage === 'mixer' ? ['--table', 'table'] : ['--state', 'state'];
    const started = await startService(this.place, ['run', stage, ...place, ...this.#flags()]);
    return { ...started, name: stage };
  }

  /** Messages that wait, by `group topic`. */
  async waiting(): Promise<ReadonlyMap<string, number>> {
    const { partitions } = measured.parse(
      JSON.parse(await this.ballast('lag', '--table', 'table', '--json')),
    );
    const sums = new Map<string, number>();
    for (const { group, topic, messages } of partitions)
      sums.set(`${group} ${topic}`, (sums.get(`${group} ${topic}`) ?? 0) + messages);
    return sums;
  }
}

async function until(what: string, holds: () => Promise<boolean>, ms = 60_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(`waited ${ms} ms for ${what}`);
    await delay(100);
  }
}

const isReady = async ({ url }: Service): Promise<boolean> =>
  (await fetch(`${url}/health/ready`)).status === 200;

/** Adds partitions to a topic, as an operator might. */
async function raise(broker: Broker, topic: string, count: number): Promise<void> {
  const { kafka } = pipelineSchema.parse({ kafka: { brokers: broker.bootstrap.split(',') } });
  await using brokers = await openBrokers(kafka, { name: 'test', insecure: false });
  await brokers.admin.createPartitions({ topicPartitions: [{ topic, count }] });
}

/** Asks each to stop; each must end with 0 within 10 s. */
async function drain(services: readonly StageService[]): Promise<void> {
  const since = performance.now();
  for (const { child } of services) child.kill('SIGTERM');
  for (const { name, ended } of services) {
    const { status, stderr } = await ended;
    assert.equal(status, 0, `${name}: ${stderr}`);
    assert.ok(performance.now() - since < 10_000, `${name} took ${Math.round(performance.now() - since)} ms`);
  }
}

describe('a pipeline of services over a broker', () => {
  let broker: Broker;
  before(async () => {
    broker = await startBroker();
  });
  after(() => broker.stop());

  test('every document comes out once: kept, refused, or waiting in a lane', async () => {
    await using place = new Workplace();
    const over = new OverBroker(place, broker);
    await over.ballast('topics', 'create', '--partitions', '2');
    const write = writer(17);
    const rows = inDisorder(
      [...documents('human', 500, write, attested), ...documents('machine', 200, write, declared)],
      9,
    );
    place.write('in.jsonl', `${jsonLines(rows)}{"text": nope}\n`);
    const services = await Promise.all(
      ['detector', 'verifier', 'verifier', 'oversampler', 'mixer'].map((stage) => over.service(stage)),
    );
    for (const service of services) {
      assert.equal((await fetch(`${service.url}/health/live`)).status, 200);
      await until(`${service.name} to be ready`, () => isReady(service), 30_000);
    }
    await over.ballast('produce', '--input', 'in.jsonl', '--state', 'produce');
    await until('all to be routed', async () => {
      const waiting = await over.waiting();
      return [
        'detector documents.raw',
        'verifier documents.detected',
        'oversampler documents.verified',
      ].every((name) => waiting.get(name) === 0);
    });
    await until('the human lane and the dead letters to be in the table', async () => {
      const waiting = await over.waiting();
      return waiting.get('mixer documents.human') === 0 && waiting.get('mixer documents.dead') === 0;
    });
    const metrics = await (await fetch(`${services[0]?.url}/metrics`)).text();
    assert.match(metrics, /^ballast_documents_total\{stage="detect".*\} [1-9]/m);
    await until('the detector to report that it is not behind', async () =>
      /^ballast_consumer_lag_seconds\{stage="detect",topic="documents.raw",partition="0"\} 0$/m.test(
        await (await fetch(`${services[0]?.url}/metrics`)).text(),
      ),
    );
    await drain(services);

    const { figures } = audited.parse(JSON.parse(await assertAudited(place)));
    const waiting = await over.waiting();
    const inLanes = [...waiting].reduce(
      (sum, [name, count]) => sum + (name.startsWith('mixer ') ? count : 0),
      0,
    );
    assert.equal(figures.keptDocuments + figures.refusedDocuments + inLanes, rows.length + 1);
    assert.ok(figures.keptDocuments >= 500, 'every human document is in');
    assert.ok(figures.refusedDocuments >= 1, 'the unreadable line is accounted for');
  });

  test('a stage that was killed goes on at once, under the same name', async () => {
    await using place = new Workplace();
    const over = new OverBroker(place, broker);
    const killed = await over.service('oversampler');
    await until('ready', () => isReady(killed));
    killed.killGroup();
    await killed.ended;
    const since = performance.now();
    const next = await over.service('oversampler');
    await until('ready again', () => isReady(next));
    // The session time-out alone would take 6 s.
    assert.ok(performance.now() - since < 5_000, `${Math.round(performance.now() - since)} ms`);
    await drain([next]);
  });

  test('a service stops when the partitions are raised under it, and says what to do', async () => {
    await using place = new Workplace();
    const over = new OverBroker(place, broker);
    const service = await over.service('oversampler');
    await until('ready', () => isReady(service));
    await raise(broker, 'documents.verified', 3);
    const { status, stderr } = await service.ended;
    assert.deepEqual(
      [status, /BALLAST_KAFKA_REPARTITIONED: documents\.verified has 3/.test(stderr)],
      [78, true],
      stderr,
    );

    // The next start says the same of topics that do not fit together.
    const again = await place.ballast(['run', 'verifier', '--state', 'state', '--brokers', broker.bootstrap]);
    assert.deepEqual([again.status, /BALLAST_KAFKA_TOPICS/.test(again.stderr)], [78, true], again.stderr);
    assert.match(again.stderr, /documents\.detected: partitions is 2, not 3/);
    assert.match(again.stderr, /fix: kafka-topics\.sh .* --alter --topic documents\.detected --partitions 3/);
  });
});
