import { survey } from '@ballast/detect';
import { openModels, openProbes, readCanaries, readSources } from '@ballast/detector/open';
import { isIngestTopic, refusalIn } from '@ballast/document';
import { trustOf } from '@ballast/host';
import type { StageContext } from '@ballast/host';
import type { Record } from '@ballast/stage';
import type { EmbeddedTopics } from '@ballast/stage/embedded';

/**
 * Looks at raw arrivals that the detector has not judged yet and publishes the first estimates from
 * them. Gives the number of documents scored; 0 when there is nothing new.
 */
export async function surveyArrivals(
  context: StageContext & { readonly topics: EmbeddedTopics },
  signal: AbortSignal,
): Promise<number> {
  const { detector: pipeline } = context.pipeline;
  const scorer = await openModels(pipeline, context.logger);
  try {
    return await survey({
      scorer,
      pipeline,
      sources: await readSources(context.pipeline),
      signal,
      trustOf: trustOf(context),
      canaries: await readCanaries(pipeline.canaries),
      probes: await openProbes(pipeline),
      store: context.topics.published,
      arrivals: newArrivals(context.topics, signal),
    });
  } finally {
    await scorer.close();
  }
}

async function* newArrivals(topics: EmbeddedTopics, signal: AbortSignal): AsyncGenerator<Record> {
  const source = topics.source({
    group: 'survey',
    topics: isIngestTopic,
    batch: { documents: 64, bytes: 1024 * 1024 },
    signal,
    until: 'end',
    start: (input) => ({
      offset: topics.committed('detector+verifier', input)?.offset ?? 0n,
      checkpoint: null,
    }),
  });
  for await (const { batch } of source) {
    for (const arrival of batch) {
      if (arrival.document !== undefined && refusalIn(arrival.verdicts) === undefined)
        yield { ...arrival, document: arrival.document };
    }
  }
}
