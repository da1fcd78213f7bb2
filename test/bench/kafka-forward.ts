/**
 * What forwarding a document over Kafka costs Ballast, beside a bare kafkajs loop in the same run, and
 * what a process costs that has nothing to do.
 *
 *   node test/bench/kafka-forward.ts [--documents 20000] [--runs 5] [--idle 20] [--json]
 *
 * Documents of 2 kB, zstd, 4 partitions, one broker on the same cores. Both loops read, add headers, write,
 * commit, up to 400 documents a send. The bare loop runs in a process of its own, with kafkajs as it is. Ballast's also checks contiguity, keeps position, predecessor and verdicts, and names a
 * checkpoint in each commit; the value is forwarded unparsed. Wall-clock figures say little on shared cores.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaTopics } from '@ballast/kafka';
import type { KafkaTopics } from '@ballast/kafka';
import { Chain } from '@ballast/stage';
import { z } from 'zod';
import { readFlags } from '../flags.ts';
import { openTestClient } from '../broker/client.fixture.ts';
import type { TestClient } from '../broker/client.fixture.ts';
import { ownBroker, uniqueName } from '../broker/shared.ts';
import { benchDocuments } from './documents.ts';
import { measured, perSend } from './kafka-bare.ts';
import type { LoopFigure } from './kafka-bare.ts';

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
const values = readFlags(import.meta.filename, {
  documents: { type: 'string', default: '20000' },
  runs: { type: 'string', default: '5' },
  idle: { type: 'string', default: '20' },
  json: { type: 'boolean', default: false },
});
const partitions = 4;
const figureSchema = z.object({
  documents: z.number(),
  bytes: z.number(),
  seconds: z.number(),
  clientMs: z.number(),
  brokerMs: z.number(),
});
const lines = benchDocuments(Number(values.documents));
await using broker = await ownBroker({ size: 'bench' });
const brokerPid = broker.nodes[0]?.pid ?? 0;
await using client = await openTestClient(broker.bootstrap);
await client.createAnew([], partitions);
const child = fork(new URL('kafka-bare-child.ts', import.meta.url), [
  broker.bootstrap,
  String(brokerPid),
  values.documents,
]);
const figures: { readonly bare: LoopFigure[]; readonly ballast: LoopFigure[] } = { bare: [], ballast: [] };

// Both compile while they run: the first round does not count.
for (let run = 0; run <= Number(values.runs); run += 1) {
  const from = `documents.raw.${uniqueName('bench')}`;
  await client.create([{ topic: from, numPartitions: partitions }]);
  await bare('produce', from);
  const to = uniqueName('bench');
  await client.create([{ topic: to, numPartitions: partitions }]);
  const ours = async (): Promise<LoopFigure> => await forward(client, from, to);
  const theirs = async (): Promise<LoopFigure> => await bare('forward', from);
  // Who goes first alternates: what the broker holds in its caches favours the second.
  const order = run % 2 === 0 ? [theirs, ours] : [ours, theirs];
  const results = new Map<() => Promise<LoopFigure>, LoopFigure>();
  for (const loop of order) results.set(loop, await loop());
  const [a, b] = [results.get(theirs), results.get(ours)];
  if (run === 0 || a === undefined || b === undefined) continue;
  figures.bare.push(a);
  figures.ballast.push(b);
}
const idle = await idleShare(client, Number(values.idle));
const cost = { bare: cpuOf(figures.bare), ballast: cpuOf(figures.ballast), idle };
if (values.json) process.stdout.write(`${JSON.stringify(cost)}\n`);
else {
  const ratio = (cost.ballast / cost.bare).toFixed(2);
  process.stdout.write(
    `${lines.length} documents of 2 kB, zstd, median of ${values.runs} runs\n` +
      `  bare kafkajs   ${cost.bare.toFixed(1)} µs of CPU per forwarded document\n` +
      `  Ballast        ${cost.ballast.toFixed(1)} µs, ${ratio} × the bare loop\n` +
      `  idle           ${(100 * idle).toFixed(2)} % of a core\n`,
  );
}
child.kill();
process.exit(0);

/** Asks the other process for one round. */
async function bare(what: 'produce' | 'forward', from: string): Promise<LoopFigure> {
  const answer = once(child, 'message');
  child.send({ what, from });
  return figureSchema.parse((await answer)[0]);
}

async function openTopics(each: TestClient, replicaDir: string): Promise<KafkaTopics> {
  return await openKafkaTopics({
    kafka: each.kafka,
    admin: each.admin,
    partitions,
    sessionTimeoutMs: 30_000,
    replicaDir,
    failAt: () => undefined,
    gaps: () => false,
  });
}

async function forward(each: TestClient, from: string, to: string): Promise<LoopFigure> {
  const dir = mkdtempSync(join(tmpdir(), 'ballast-bench-'));
  const topics = await openTopics(each, dir);
  const sink = topics.sink();
  const chains = new Map<number, Chain>();
  const verdict = { stage: 'detect', version: '1', action: 'dead', reason: 'bench' } as const;
  const signal = new AbortController().signal;
  // As many in one send as the bare loop's: the size of a send decides what it costs.
  const batch = { documents: perSend, bytes: 4 * 1024 * 1024 };
  const source = topics.source({ group: uniqueName('bench'), topics: [from], batch, signal, until: 'end' });
  const figure = await measured(brokerPid, async () => {
    let [documents, bytes] = [0, 0];
    for await (const delivery of source) {
      const { input, batch: arrivals } = delivery;
      const chain = chains.get(input.partition) ?? Chain.resume(undefined);
      chains.set(input.partition, chain);
      const routed = arrivals
        .filter((arrival) => chain.admit(arrival))
        .map((arrival) => ({
          topic: to,
          arrival,
          verdicts: { detect: verdict },
          previous: chain.link(to, arrival.position),
        }));
      await sink.write(routed);
      await delivery.ack({ ...chain.marks(), state: null });
      documents += arrivals.length;
      for (const { value } of arrivals) bytes += value.length;
    }
    return { documents, bytes };
  });
  await topics[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
  return figure;
}

/** Share of a core that a process takes whose source finds nothing, this process's own rest included. */
async function idleShare(each: TestClient, seconds: number): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'ballast-bench-'));
  const topic = `documents.raw.${uniqueName('idle')}`;
  await each.create([{ topic, numPartitions: partitions }]);
  const topics = await openTopics(each, dir);
  const stop = new AbortController();
  const reading = (async () => {
    for await (const _ of topics.source({ group: uniqueName('idle'), topics: [topic], signal: stop.signal }));
  })();
  await delay(3_000);
  const cpu = process.cpuUsage();
  await delay(1_000 * seconds);
  const { user, system } = process.cpuUsage(cpu);
  stop.abort();
  await reading;
  await topics[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
  return (user + system) / 1e6 / seconds;
}

/** Median µs of client CPU per document. */
function cpuOf(loops: readonly LoopFigure[]): number {
  const each = loops
    .map(({ clientMs, documents }) => (1_000 * clientMs) / documents)
    .toSorted((a, b) => a - b);
  return each[each.length >> 1] ?? Number.NaN;
}
