import type { KafkaSettings } from '@ballast/document';
import kafkajs from 'kafkajs';
import type { Kafka } from 'kafkajs';
import { registerCodecs } from '../compression.ts';
import { clientSettings } from './client-settings.ts';
import { calmIdleTimers } from './idle-timer.ts';
import { quickenRecords } from './record-encoder.ts';

/** How long a client tries before it gives up: `brief` for a command and at start, `patient` while a service runs. */
export type Patience = 'brief' | 'patient';

/**
 * A client of the brokers. `brief` says within 10 s that nobody answers; `patient` rides out an election or
 * a restart of a broker (the inner loops of kafkajs take this setting, not the producer's).
 * Throws what clientSettings throws.
 */
export async function openClient(
  settings: KafkaSettings,
  options: { readonly name: string; readonly insecure: boolean },
  patience: Patience,
): Promise<Kafka> {
  const client = await clientSettings(settings, options);
  registerCodecs();
  calmIdleTimers();
  quickenRecords();
  return new kafkajs.Kafka({
    ...client,
    retry: retries[patience],
    connectionTimeout: 1_500,
    requestTimeout: 5_000,
    logLevel: kafkajs.logLevel.NOTHING,
  });
}

const retries = {
  brief: { retries: 5, initialRetryTime: 150, maxRetryTime: 800 },
  patient: { retries: 60, maxRetryTime: 1_000 },
} as const;
