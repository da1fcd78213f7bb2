import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lanes, refusals, topicOf } from '@ballast/document';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { assertTopics, checkTopics, formatDifference } from './check-topics.ts';
import { planTopics } from './topic-plan.ts';
import type { PlannedTopic } from './topic-plan.ts';

const kafka = { retentionHours: 168 };
const plan = planTopics({ partitions: 4, brokers: 3, kafka });

interface FakeTopic {
  readonly partitions: number;
  readonly replicas: number;
  readonly settings: { readonly [key: string]: string };
}

/** A cluster that has exactly these topics. */
function clusterOf(topics: ReadonlyMap<string, FakeTopic>): Admin {
  const admin: Partial<Admin> = {
    listTopics: async () => [...topics.keys()],
    fetchTopicMetadata: async (asked) => ({
      topics: (asked?.topics ?? []).map((name) => ({
        name,
        partitions: Array.from({ length: topics.get(name)?.partitions ?? 0 }, (_, partitionId) => ({
          partitionErrorCode: 0,
          partitionId,
          leader: 1,
          isr: [1],
          replicas: Array.from({ length: topics.get(name)?.replicas ?? 0 }, (_each, index) => index),
        })),
      })),
    }),
    describeConfigs: async ({ resources }) => ({
      throttleTime: 0,
      resources: resources.map(({ name }) => ({
        errorCode: 0,
        errorMessage: '',
        resourceType: kafkajs.ConfigResourceTypes.TOPIC,
        resourceName: name,
        configEntries: Object.entries(topics.get(name)?.settings ?? {}).map(([configName, configValue]) => ({
          configName,
          configValue,
          isDefault: false,
          configSource: kafkajs.ConfigSource.TOPIC_CONFIG,
          isSensitive: false,
          readOnly: false,
          configSynonyms: [],
        })),
      })),
    }),
  };
  return admin as Admin;
}

/** The cluster as planned, with some topics changed or (undefined) taken away. */
function planned(changes: { readonly [topic: string]: Partial<FakeTopic> | undefined } = {}): Admin {
  const topics = new Map(
    plan.map(({ name, partitions, replication, settings }): [string, FakeTopic] => [
      name,
      { partitions, replicas: replication, settings },
    ]),
  );
  for (const [name, change] of Object.entries(changes)) {
    const topic = topics.get(name);
    if (change === undefined || topic === undefined) topics.delete(name);
    else topics.set(name, { ...topic, ...change, settings: { ...topic.settings, ...change.settings } });
  }
  return clusterOf(topics);
}

const settingsOf = (name: string): PlannedTopic['settings'] =>
  plan.find((topic) => topic.name === name)?.settings ?? {};

suite('the plan of topics', () => {
  test('lanes and refusals never expire, and no topic that carries documents is compacted', () => {
    for (const name of [...lanes, ...refusals].map(topicOf)) {
      assert.equal(settingsOf(name)['retention.ms'], '-1', name);
      assert.equal(settingsOf(name)['retention.bytes'], '-1', name);
    }
    for (const { kind, settings } of plan)
      assert.equal(settings['cleanup.policy'], kind === 'side' ? 'compact' : 'delete');
    assert.equal(settingsOf('documents.raw')['retention.ms'], String(7 * 24 * 3600 * 1000));
  });

  test('what comes in is compressed anew by the broker, and stamped with its arrival', () => {
    const { 'compression.type': codec, 'message.timestamp.type': stamp } = settingsOf('documents.raw');
    assert.deepEqual([codec, stamp], ['zstd', 'LogAppendTime']);
  });

  test('replication is 3 with 2 in sync, less only where there are fewer brokers or the pipeline says so', () => {
    const replicas = (brokers: number, settings = {}) => {
      const [topic] = planTopics({ partitions: 1, brokers, kafka: { ...kafka, ...settings } });
      return [topic?.replication, topic?.settings['min.insync.replicas']];
    };
    assert.deepEqual(replicas(5), [3, '2']);
    assert.deepEqual(replicas(1), [1, '1']);
    assert.deepEqual(replicas(5, { replication: 2 }), [2, '1']);
    assert.deepEqual(replicas(5, { replication: 5, minInsyncReplicas: 3 }), [5, '3']);
  });
});

suite('the check of topics', () => {
  test('as planned: no difference, and more than planned is as good where more is safer', async () => {
    assert.deepEqual(await checkTopics(planned(), plan, 'b:1'), { differences: [], partitions: 4 });
    const safer = planned({
      'documents.raw': { replicas: 5, settings: { 'retention.ms': '-1', 'max.message.bytes': '20971520' } },
      'documents.verified': { settings: { 'min.insync.replicas': '3' } },
    });
    assert.deepEqual((await checkTopics(safer, plan, 'b:1')).differences, []);
  });

  test('a missing topic, other partitions and compaction stop a service, each with the command that mends it', async () => {
    const admin = planned({
      'documents.p30': undefined,
      'documents.detected': { partitions: 2 },
      'documents.verified': { partitions: 8 },
      'documents.human': { settings: { 'cleanup.policy': 'compact,delete' } },
    });
    const { differences } = await checkTopics(admin, plan, 'b:1');
    assert.deepEqual(
      differences.map((each) => [formatDifference(each), each.isFatal]),
      [
        ['documents.detected: partitions is 2, not 4', true],
        ['documents.verified: partitions is 8, not 4', true],
        ['documents.human: cleanup.policy is compact,delete, not delete', true],
        ['documents.p30: there is no such topic', true],
      ],
    );
    const fixOf = (topic: string) => differences.find((each) => each.topic === topic)?.fix ?? '';
    assert.equal(fixOf('documents.p30'), 'ballast topics create --brokers b:1 --partitions 4');
    assert.match(
      fixOf('documents.detected'),
      /^kafka-topics\.sh .* --alter --topic documents\.detected --partitions 4$/,
    );
    assert.match(
      fixOf('documents.verified'),
      /--delete --topic documents\.verified && ballast topics create/,
    );
    assert.match(fixOf('documents.human'), /--delete --topic documents\.human/);
    await assert.rejects(assertTopics(admin, plan, 'b:1'), { code: 'BALLAST_KAFKA_TOPICS', exit: 78 });
  });

  test('a lane that expires and a replica too few are told, and stop nothing', async () => {
    const admin = planned({
      'documents.human': { settings: { 'retention.ms': '3600000' } },
      'documents.raw': { replicas: 1 },
    });
    const { differences } = await assertTopics(admin, plan, 'b:1');
    assert.deepEqual(
      differences.map((each) => [formatDifference(each), each.isFatal]),
      [
        ['documents.raw: replication is 1, not 3', false],
        ['documents.human: retention.ms is 3600000, not -1', false],
      ],
    );
  });

  test('partitions are those of the ingest; without it, those of the topic that has most', async () => {
    const grown = planned({ 'documents.raw': { partitions: 6 } });
    assert.equal((await checkTopics(grown, plan, 'b:1')).partitions, 6);
    const others = plan.filter(({ kind }) => kind !== 'ingest');
    const uneven = planned({ 'documents.human': { partitions: 5 } });
    assert.equal((await checkTopics(uneven, others, 'b:1')).partitions, 5);
  });
});
