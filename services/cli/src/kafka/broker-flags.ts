import type { Pipeline } from '@ballast/document';
import { brokersOf, loadPipeline, overridesOf } from '@ballast/host';
import { openBrokers } from '@ballast/kafka';
import type { Brokers } from '@ballast/kafka';
import type { Flags } from '../flags.ts';

/** Flags that every command about brokers has. */
export const brokerArgs = {
  brokers: {
    type: 'string',
    valueHint: 'host:port,…',
    description: 'Kafka brokers; default kafka.brokers of pipeline.yaml',
  },
  insecure: { type: 'boolean', description: 'Allow an unencrypted connection to brokers on another host' },
  config: { type: 'string', valueHint: 'FILE', description: 'pipeline.yaml' },
} as const;

/** pipeline.yaml with the brokers that the flags name. */
export function brokerPipeline(flags: Flags): Pipeline {
  const given = flags.texts('brokers');
  const brokers = brokersOf(given.length === 0 ? undefined : given.join(','));
  return loadPipeline(flags.text('config'), overridesOf({ brokers }));
}

/** Connects to the brokers that the flags name; throws what {@link openBrokers} throws. */
export async function connectBrokers(
  flags: Flags,
  name: string,
): Promise<Brokers & { readonly pipeline: Pipeline }> {
  const pipeline = brokerPipeline(flags);
  const brokers = await openBrokers(pipeline.kafka, { name, insecure: flags.on('insecure') });
  return { ...brokers, pipeline };
}

/** Ingest topics that pipeline.yaml names beside `documents.raw`. */
export function ingestTopicsOf(pipeline: Pipeline): readonly string[] {
  return pipeline.ingest.flatMap(({ topic }) => (topic === undefined ? [] : [topic]));
}
