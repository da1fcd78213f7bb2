/** What differs between the nodes of one cluster. */
export interface NodeAddress {
  readonly id: number;
  readonly host: string;
  /** Where clients connect. */
  readonly port: number;
  /** What clients are told to connect to: the port of a fault proxy, else `port`. */
  readonly advertised: { readonly host: string; readonly port: number };
  readonly internal: number;
  readonly controller: number;
  /** Folder of the log segments. */
  readonly data: string;
}

/** What a cluster allows its clients. */
export interface ClusterSettings {
  /** Passwords by user: the client listener asks for SASL PLAIN, and all but `admin` need ACLs. */
  readonly users?: { readonly [user: string]: string };
  /** A PKCS #12 file and its password: the client listener speaks TLS, and nothing else. */
  readonly tls?: { readonly keystore: string; readonly password: string };
  /** Further settings, over the harness's own. */
  readonly config?: { readonly [key: string]: string };
}

/**
 * The `server.properties` of one node: small topics of the broker's own, short sessions, no automatic
 * topics. Reasons: the default 50 partitions of those topics are slow and fill disks, the default
 * cleaner buffer does not fit the small heap, and a killed broker may come back only after its session.
 */
export function serverProperties(
  node: NodeAddress,
  cluster: readonly NodeAddress[],
  settings: ClusterSettings,
): string {
  const copies = String(cluster.length);
  const inSync = cluster.length === 1 ? '1' : '2';
  const properties: { [key: string]: string } = {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': cluster
      .map(({ id, host, controller }) => `${id}@${host}:${controller}`)
      .join(','),
    listeners: `CLIENT://${node.host}:${node.port},INTERNAL://${node.host}:${node.internal},CONTROLLER://${node.host}:${node.controller}`,
    'advertised.listeners': `CLIENT://${node.advertised.host}:${node.advertised.port},INTERNAL://${node.host}:${node.internal}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'INTERNAL',
    'listener.security.protocol.map': `CLIENT:${protocolOf(settings)},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'log.dirs': node.data,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'unclean.leader.election.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'log.cleaner.dedupe.buffer.size': '4194304',
    'log.retention.check.interval.ms': '1000',
    'log.initial.task.delay.ms': '1000',
    'broker.session.timeout.ms': cluster.length === 1 ? '2000' : '3000',
    'broker.heartbeat.interval.ms': '500',
    'replica.lag.time.max.ms': '4000',
    // A document is at most 8 MiB; topics allow 10 MiB with its headers.
    'message.max.bytes': '10485760',
    'replica.fetch.max.bytes': '10485760',
  };
  for (const topic of ['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic']) {
    properties[`${topic}.num.partitions`] = '4';
    properties[`${topic}.replication.factor`] = copies;
    if (topic !== 'offsets.topic') properties[`${topic}.min.isr`] = inSync;
  }
  if (settings.users !== undefined) Object.assign(properties, withUsers(settings.users));
  if (settings.tls !== undefined) Object.assign(properties, withTls(settings.tls));
  return `${Object.entries({ ...properties, ...settings.config })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}

function protocolOf({ users, tls }: ClusterSettings): string {
  return `${users === undefined ? '' : 'SASL_'}${tls === undefined ? 'PLAINTEXT' : 'SSL'}`;
}

function withTls({ keystore, password }: NonNullable<ClusterSettings['tls']>): {
  readonly [key: string]: string;
} {
  return {
    'listener.name.client.ssl.keystore.type': 'PKCS12',
    'listener.name.client.ssl.keystore.location': keystore,
    'listener.name.client.ssl.keystore.password': password,
  };
}

/** SASL PLAIN for clients and access lists; `admin` and the brokers among themselves may do everything. */
function withUsers(users: { readonly [user: string]: string }): { readonly [key: string]: string } {
  const known = Object.entries(users).map(([user, password]) => `user_${user}="${password}"`);
  return {
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.client.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${known.join(' ')};`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:admin;User:ANONYMOUS',
  };
}
