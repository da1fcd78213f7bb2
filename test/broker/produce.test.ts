import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Workplace } from '../e2e/cli.ts';
import { openTestClient } from './client.fixture.ts';
import type { TestClient } from './client.fixture.ts';
import { sharedBroker, uniqueName } from './shared.ts';

const partitions = 3;
const rows = 40_000;
let bootstrap: string;
let client: TestClient;

before(async () => {
  ({ bootstrap } = await sharedBroker());
  client = await openTestClient(bootstrap);
});
after(() => client[Symbol.asyncDispose]());

async function ingest(): Promise<string> {
  const topic = `documents.raw.${uniqueName('p')}`;
  await client.create([{ topic, numPartitions: partitions }]);
  return topic;
}

async function ends(topic: string): Promise<readonly bigint[]> {
  const all = Array.from({ length: partitions }, (_, partition) => client.endOffset(topic, partition));
  return await Promise.all(all);
}

const sum = (counts: readonly bigint[]): number => counts.reduce((total, count) => total + Number(count), 0);
const produced = z.object({ files: z.array(z.object({ sent: z.number(), known: z.number() })) });
const lines = (text: string): readonly unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

describe('ballast produce', () => {
  test('killed in the middle again and again, then run to its end: each row is there once, in order', async () => {
    await using place = new Workplace();
    const topic = await ingest();
    const filler = 'word '.repeat(60);
    const documents = Array.from({ length: rows }, (_, row) =>
      JSON.stringify({ id: `r${row}`, text: filler }),
    );
    place.write('in.jsonl', `${documents.join('\n')}\n`);
    const flags = ['--topic', topic, '--brokers', bootstrap, '--state', 'state', '--json', '--quiet'];
    const command = ['produce', '--input', 'in.jsonl', ...flags];
    let before = 0;
    for (let kills = 0; kills < 3; kills += 1) {
      const started = place.start(command);
      while (sum(await ends(topic)) <= before + rows / 10 && started.child.exitCode === null) await delay(5);
      started.killGroup();
      assert.equal((await started.ended).signal, 'SIGKILL');
      before = sum(await ends(topic));
      assert.ok(before > 0 && before < rows, `killed at ${before} of ${rows}`);
    }
    const last = await place.ballast(command);
    assert.equal(last.status, 0, last.stderr);
    const [counts] = produced.parse(JSON.parse(last.stdout)).files;
    assert.ok((counts?.known ?? 0) >= before);
    assert.equal((counts?.sent ?? 0) + (counts?.known ?? 0), rows);
    for (const [partition, end] of (await ends(topic)).entries()) {
      const messages = await client.readAll(topic, partition, end);
      assert.deepEqual(
        messages.map(({ value }) => Buffer.from(value).toString()),
        documents.filter((_, row) => row % partitions === partition),
      );
    }
  });

  test('what lies in a topic is shown by consume, and how far the detector is behind by lag, as JSON', async () => {
    await using place = new Workplace();
    const topic = await ingest();
    place.write('in.jsonl', '{"id":"a","text":"one"}\n{"id":"b","text":"two"}\n{"id":"c","text":"three"}\n');
    const brokers = ['--brokers', bootstrap];
    const sent = await place.ballast([
      'produce',
      '--input',
      'in.jsonl',
      '--topic',
      topic,
      '--state',
      'state',
      ...brokers,
    ]);
    assert.equal(sent.status, 0, sent.stderr);
    const consumed = await place.ballast(['consume', topic, '--json', '--limit', '2', ...brokers]);
    const shown = z.object({
      read: z.string(),
      headers: z.record(z.string(), z.string()),
      value: z.string(),
    });
    assert.deepEqual(
      lines(consumed.stdout)
        .map((line) => shown.parse(line))
        .map(({ read, value }) => [read, value]),
      [
        [`${topic}/0/0`, '{"id":"a","text":"one"}'],
        [`${topic}/1/0`, '{"id":"b","text":"two"}'],
      ],
    );
    const behind = await place.ballast(['lag', '--json', ...brokers]);
    const measured = z.object({
      schemaVersion: z.literal(1),
      at: z.iso.datetime(),
      partitions: z.array(
        z.object({
          group: z.string(),
          topic: z.string(),
          partition: z.number(),
          next: z.string(),
          messages: z.number(),
          seconds: z.number(),
          isNew: z.boolean(),
          isExpired: z.boolean(),
          isClockAhead: z.boolean(),
        }),
      ),
    });
    const own = lines(behind.stdout)
      .flatMap((line) => measured.parse(line).partitions)
      .filter((each) => each.topic === topic);
    assert.deepEqual(
      own.map(({ group, partition, next, messages, isNew }) => [group, partition, next, messages, isNew]),
      Array.from({ length: partitions }, (_, partition) => ['detector', partition, '0', 1, true]),
    );
    assert.ok(own.every(({ seconds }) => seconds > 0 && seconds < 60));
  });
});
