import { formatTopicPartition } from '@ballast/document';
import { headersOf } from '../message.ts';
import type { Routed, Sink } from '../ports.ts';
import type { MessageLog, NewMessage } from './log.ts';

/**
 * Writes routed arrivals, each to the partition of its own position; the value is referred to, not
 * copied. One call is one transaction over all its topics. After a failure the sink refuses to write:
 * what follows must not overtake what failed.
 */
export function topicSink(log: MessageLog, failAt: (point: string) => void): Sink {
  let broken: unknown;
  return {
    async write(routed) {
      if (broken !== undefined) throw broken;
      try {
        await writeAll(log, routed, failAt);
      } catch (error) {
        broken = error;
        throw error;
      }
    },
  };
}

async function writeAll(
  log: MessageLog,
  routed: readonly Routed[],
  failAt: (point: string) => void,
): Promise<void> {
  const groups = Map.groupBy(routed, ({ topic, arrival }) =>
    formatTopicPartition({ topic, partition: arrival.position.partition }),
  );
  const prepared = await Promise.all(
    [...groups.values()].map((group) => {
      const { topic, partition } = inputOf(group);
      return log.prepare({ topic, partition }, group.map(toMessage));
    }),
  );
  failAt('write:before');
  await log.environment.transact(() => {
    for (const group of prepared) log.put(group);
  });
  failAt('write:committed');
  await log.environment.flush();
  failAt('write:flushed');
}

function inputOf(group: readonly Routed[]): { readonly topic: string; readonly partition: number } {
  const first = group[0];
  if (first === undefined) throw new RangeError('write: a group has at least one message');
  return { topic: first.topic, partition: first.arrival.position.partition };
}

function toMessage(routed: Routed): NewMessage {
  return { headers: headersOf(routed), reference: routed.arrival.position };
}
