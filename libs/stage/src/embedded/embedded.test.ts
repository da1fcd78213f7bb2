import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topicConformance } from '../conform/topics.ts';
import { encodeAddress } from './record.ts';
import { openTopics } from './topics.ts';

topicConformance('embedded topics', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ballast-topics-'));
  const topics = await openTopics(dir, { partitions: 2 });
  const { signal } = new AbortController();
  return {
    partitions: topics.partitions,
    append: async (topic, partition, messages) => void (await topics.append(topic, partition, messages)),
    endOffset: async (input) => topics.endOffset(input),
    sink: () => topics.sink(),
    source: ({ documents, ...options }) =>
      topics.source({ ...options, batch: { documents, bytes: 1 << 20 }, signal, until: 'end' }),
    async lose(topic, partition, offset) {
      const topicId = await topics.log.ensure(topic);
      await topics.log.environment.log.remove(encodeAddress({ topicId, partition, offset }));
    },
    async [Symbol.asyncDispose]() {
      await topics.close();
      await rm(dir, { recursive: true });
    },
  };
});
