import type { Arrival } from '@ballast/stage';
import type { EmbeddedTopics } from '@ballast/stage/embedded';

/**
 * The same topics, whose unreadable documents come as the detector would have refused them: a stage
 * that cannot refuse, run alone over a file, then passes them on like any refusal.
 */
export function refuseUnreadable(topics: EmbeddedTopics): EmbeddedTopics {
  return {
    ...topics,
    source(options) {
      const source = topics.source(options);
      return {
        pause: (topic, partition) => source.pause(topic, partition),
        resume: (topic, partition) => source.resume(topic, partition),
        async *[Symbol.asyncIterator]() {
          for await (const delivery of source) yield { ...delivery, batch: delivery.batch.map(refused) };
        },
      };
    },
  };
}

function refused(arrival: Arrival): Arrival {
  const { document, unreadable: reason = 'unreadable' } = arrival;
  if (document !== undefined) return arrival;
  return { ...arrival, verdicts: { detect: { stage: 'detect', version: 'none', action: 'dead', reason } } };
}
