import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import type { KafkaSettings } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { adminErrors } from './errors.ts';

/** Where and as whom a client connects. */
export type ClientSettings = Pick<KafkaConfig, 'clientId' | 'ssl' | 'sasl'> & {
  readonly brokers: string[];
  readonly clientId: string;
};

/**
 * The `kafka` section as a client takes it, TLS files read. An unencrypted connection to another host is
 * refused unless `insecure`: documents and passwords would cross the network in the clear.
 * Throws BALLAST_KAFKA_NO_BROKERS, BALLAST_KAFKA_PLAINTEXT and BALLAST_KAFKA_TLS_FILE.
 */
export async function clientSettings(
  settings: KafkaSettings,
  { name, insecure }: { readonly name: string; readonly insecure: boolean },
): Promise<ClientSettings> {
  const { brokers, ssl, sasl } = settings;
  if (brokers.length === 0) throw new BallastError(adminErrors.noBrokers, 'no broker is named');
  const exposed = ssl === undefined ? brokers.filter((broker) => !isLoopback(broker)) : [];
  if (exposed.length > 0 && !insecure) {
    const what = sasl === undefined ? 'documents' : 'documents and the password';
    throw new BallastError(
      adminErrors.plaintext,
      `the connection to ${exposed.join(', ')} is not encrypted: ${what} would cross the network in the clear`,
    );
  }
  return {
    brokers: [...brokers],
    clientId: `${settings.clientId}-${name.replaceAll('+', '-')}`,
    ...(ssl === undefined ? {} : { ssl: await readTls(ssl) }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
  };
}

/** True for `localhost`, 127.0.0.0/8 and ::1 (RFC 6761 section 6.3, RFC 5735 section 3, RFC 4291 section 2.5.3). */
function isLoopback(broker: string): boolean {
  const host = broker.slice(0, broker.lastIndexOf(':')).toLowerCase();
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

async function readTls({ ca, cert, key }: NonNullable<KafkaSettings['ssl']>): Promise<ConnectionOptions> {
  return {
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca: [await readPem('ca', ca)] }),
    ...(cert === undefined ? {} : { cert: await readPem('cert', cert) }),
    ...(key === undefined ? {} : { key: await readPem('key', key) }),
  };
}

async function readPem(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new BallastError(adminErrors.tlsFile, `kafka.ssl.${name}: cannot read ${path}`, { cause });
  }
}

function saslOf({ mechanism, username, password }: NonNullable<KafkaSettings['sasl']>): SASLOptions {
  return { mechanism, username, password };
}
