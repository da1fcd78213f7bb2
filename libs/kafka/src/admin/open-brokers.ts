import type { KafkaSettings } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Admin, Kafka } from 'kafkajs';
import { openClient } from './client.ts';
import { adminErrors } from './errors.ts';

/** Brokers as an operator's command uses them. */
export interface Brokers extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly clusterId: string;
  /** Brokers in the cluster now. */
  readonly count: number;
  /** `host:port,…` as given, for the commands that messages name. */
  readonly bootstrap: string;
}

/**
 * Connects for a command's while; resolves within 10 s or throws: BALLAST_KAFKA_UNREACHABLE (exit 69),
 * BALLAST_KAFKA_LOGIN (exit 77), and what {@link openClient} throws.
 */
export async function openBrokers(
  settings: KafkaSettings,
  options: { readonly name: string; readonly insecure: boolean },
): Promise<Brokers> {
  const kafka = await openClient(settings, options, 'brief');
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { clusterId, brokers } = await admin.describeCluster();
    return {
      kafka,
      admin,
      clusterId,
      count: brokers.length,
      bootstrap: settings.brokers.join(','),
      [Symbol.asyncDispose]: () => admin.disconnect(),
    };
  } catch (error) {
    await admin.disconnect();
    throw connectionError(error, settings.brokers);
  }
}

/** Why a connection came to nothing, in words; any other error as it is. */
export function connectionError(error: unknown, brokers: readonly string[]): unknown {
  const [cause, where] = [causeOf(error), brokers.join(', ')];
  if (cause.name === 'KafkaJSSASLAuthenticationError' || /SASL|authentication/i.test(cause.message)) {
    return new BallastError(adminErrors.login, `${where} refuses this user: ${cause.message}`, {
      cause: error,
    });
  }
  if (connectionNames.has(cause.name)) {
    return new BallastError(
      adminErrors.unreachable,
      `no broker answers at ${where}: ${reasonOf(cause.message)}`,
      {
        cause: error,
      },
    );
  }
  return error;
}

const connectionNames: ReadonlySet<string> = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
]);

/** The innermost error that kafkajs gave up over. */
function causeOf(error: unknown): Error {
  const found = error instanceof Error ? error : new Error(String(error));
  return found.name === 'KafkaJSNumberOfRetriesExceeded' && found.cause instanceof Error
    ? causeOf(found.cause)
    : found;
}

function reasonOf(message: string): string {
  const [, host] = /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(message) ?? [];
  if (host !== undefined) return `${host} is not a known host`;
  if (message.includes('ECONNREFUSED')) return 'the connection was refused';
  if (message === 'Closed connection' || message.includes('timeout'))
    return 'no answer in time, or TLS on one side only';
  return message;
}
