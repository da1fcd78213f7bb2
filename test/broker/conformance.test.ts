import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { openKafkaTopics } from '@ballast/kafka';
import { topicConformance } from '@ballast/stage/conform';
import type { TopicsUnderTest } from '@ballast/stage/conform';
import { ownBroker } from './shared.ts';
import type { Broker } from './broker.ts';
import { openTestClient } from './client.fixture.ts';

const names = [
  'documents.raw',
  'documents.raw.0123456789abcdef',
  'documents.detected',
  'documents.human',
  'documents.synthetic',
];

describe('topics on a broker', () => {
  let broker: Broker;
  before(async () => {
    broker = await ownBroker();
  });
  after(() => broker.stop());
  topicConformance('Kafka', () => openEmpty(broker.bootstrap));
});

/** Topics of those names, created anew: offsets, groups and messages of the test before are gone. */
async function openEmpty(bootstrap: string): Promise<TopicsUnderTest> {
  const partitions = 2;
  const client = await openTestClient(bootstrap);
  await client.createAnew(names, partitions);
  const replicaDir = mkdtempSync(join(tmpdir(), 'ballast-conformance-'));
  const topics = await openKafkaTopics({
    kafka: client.kafka,
    admin: client.admin,
    partitions,
    sessionTimeoutMs: 6_000,
    replicaDir,
    failAt: () => undefined,
    gaps: () => false,
  });
  return {
    partitions,
    append: (topic, partition, messages) => client.append(topic, partition, messages),
    endOffset: ({ topic, partition }) => client.endOffset(topic, partition),
    sink: () => topics.sink(),
    source: ({ documents, ...options }) =>
      topics.source({
        ...options,
        batch: { documents, bytes: 4 * 1024 * 1024 },
        signal: new AbortController().signal,
        until: 'end',
      }),
    async lose(topic, partition, offset) {
      // The group has read one message, and retention takes what it has not.
      const signal = new AbortController().signal;
      const batch = { documents: 1, bytes: 1 };
      for await (const delivery of topics.source({ group: 'g', topics: [topic], batch, signal })) {
        await delivery.ack({ marks: {}, previous: {}, state: null });
        break;
      }
      await client.deleteRecords(topic, partition, offset + 1n);
    },
    async [Symbol.asyncDispose]() {
      await topics[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      rmSync(replicaDir, { recursive: true, force: true });
    },
  };
}
