import { mkdirSync, mkdtempSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { installKafka } from './jars.ts';
import type { KafkaInstallation } from './jars.ts';
import { BrokerNode, archiveOf, keepArchive } from './node.ts';
import { freePorts, isOpen } from './ports.ts';
import { untilReady } from './ready.ts';
import { serverProperties } from './server-properties.ts';
import type { ClusterSettings, NodeAddress } from './server-properties.ts';
import { formatStorage, kafkaId } from './storage.ts';
import { Watchdog } from './watchdog.ts';

/** Which broker is wanted. */
export interface BrokerOptions extends ClusterSettings {
  /** Default 1. */
  readonly nodes?: 1 | 3;
  /** Default: KAFKA_VERSION, else the main version. */
  readonly version?: string;
  /** `bench`: heap and compiler of a real broker, slower to start. Default `small`. */
  readonly size?: 'small' | 'bench';
  /** Client port of each node and the one clients are told instead: a fault proxy's. Default: a free one, itself. */
  readonly ports?: readonly { readonly own: number; readonly advertised: number }[];
  /** Address and command prefix per node, for nodes in network namespaces. Default 127.0.0.1, none. */
  readonly hosts?: readonly { readonly host: string; readonly prefix: readonly string[] }[];
  /** Folders of the log segments, one per node, e.g. on a small file system. Default: the run's own. */
  readonly data?: readonly string[];
}

/** A running cluster; its processes end with this process at the latest, however that ends. */
export interface Broker extends AsyncDisposable {
  /** `host:port` of every node, separated by commas: what clients connect to. */
  readonly bootstrap: string;
  readonly nodes: readonly BrokerNode[];
  /** Milliseconds from the start to ready. */
  readonly readyMs: number;
  /** SIGKILL of node `i` (from 0); resolves when it is gone. */
  kill(i: number): Promise<void>;
  /** SIGSTOP of node `i`: it keeps its connections and says nothing. */
  freeze(i: number): void;
  /** SIGCONT of node `i`. */
  cont(i: number): void;
  /** Starts node `i` again (SIGKILL first when it runs) and resolves when the cluster is ready. Milliseconds it took. */
  restart(i: number): Promise<number>;
  /** Resolves when all nodes are ready. */
  ready(timeoutMs?: number): Promise<void>;
  /** Ends all nodes by SIGKILL and removes their folders. */
  stop(): Promise<void>;
  /** The last lines of every node's log, for a failure's report. */
  logTail(lines?: number): string;
}

const readyTimeoutMs = 60_000;

/**
 * Starts Apache Kafka in KRaft mode as real processes on 127.0.0.1 and resolves when it is ready:
 * 1 node in 2 to 4 s, 3 nodes in 5 to 9 s once jars and class-data archive are in the cache.
 * Rejects with the fix when there is no Java, and with the end of the log when it does not start.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const kafka = installKafka(options.version);
  if (!existsSync(archiveOf(kafka)) && options.size !== 'bench') await writeArchive(kafka);
  try {
    return await startOnce(kafka, options);
  } catch (error) {
    // A port that was free may have been taken in between; a second failure has another reason.
    if (!(error instanceof Error) || !/Address already in use|BindException/.test(error.message)) throw error;
    return await startOnce(kafka, options);
  }
}

async function startOnce(
  kafka: KafkaInstallation,
  options: BrokerOptions,
  archiveAtExit?: string,
): Promise<Broker> {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'ballast-broker-'));
  const watchdog = new Watchdog(folder);
  try {
    const nodes = await createNodes(kafka, folder, watchdog, options, archiveAtExit);
    for (const node of nodes) node.start();
    const broker = new Cluster(nodes, watchdog, options);
    await broker.ready();
    broker.readyMs = Math.round(performance.now() - started);
    return broker;
  } catch (error) {
    await watchdog.end();
    throw error;
  }
}

async function createNodes(
  kafka: KafkaInstallation,
  folder: string,
  watchdog: Watchdog,
  options: BrokerOptions,
  archiveAtExit: string | undefined,
): Promise<readonly BrokerNode[]> {
  const count = options.nodes ?? 1;
  const ports = await freePorts(3 * count);
  const addresses = Array.from({ length: count }, (_, index): NodeAddress => {
    const host = options.hosts?.[index]?.host ?? '127.0.0.1';
    const [free = 0, internal = 0, controller = 0] = ports.slice(3 * index);
    const { own: port, advertised } = options.ports?.[index] ?? { own: free, advertised: free };
    return {
      id: index + 1,
      host,
      port,
      advertised: { host: options.ports === undefined ? host : '127.0.0.1', port: advertised },
      internal,
      controller,
      data: options.data?.[index] ?? join(folder, `node-${index + 1}`, 'data'),
    };
  });
  const clusterId = kafkaId();
  return addresses.map((address, index) => {
    const own = join(folder, `node-${address.id}`);
    mkdirSync(own, { recursive: true });
    formatStorage(kafka, { data: address.data, clusterId, nodeId: address.id });
    return new BrokerNode({
      kafka,
      address,
      properties: serverProperties(address, addresses, options),
      folder: own,
      watchdog,
      size: options.size ?? 'small',
      prefix: options.hosts?.[index]?.prefix ?? [],
      ...(archiveAtExit === undefined ? {} : { archiveAtExit }),
    });
  });
}

class Cluster implements Broker {
  readonly nodes: readonly BrokerNode[];
  readonly bootstrap: string;
  readyMs = 0;
  readonly #watchdog: Watchdog;
  readonly #options: BrokerOptions;

  constructor(nodes: readonly BrokerNode[], watchdog: Watchdog, options: BrokerOptions) {
    this.nodes = nodes;
    this.#watchdog = watchdog;
    this.#options = options;
    this.bootstrap = nodes
      .map(({ address: { advertised } }) => `${advertised.host}:${advertised.port}`)
      .join(',');
  }

  async kill(i: number): Promise<void> {
    await this.#node(i).end('SIGKILL');
  }

  freeze(i: number): void {
    this.#node(i).signal('SIGSTOP');
  }

  cont(i: number): void {
    this.#node(i).signal('SIGCONT');
  }

  async restart(i: number): Promise<number> {
    const started = performance.now();
    await this.kill(i);
    this.#node(i).start();
    await this.ready();
    return Math.round(performance.now() - started);
  }

  async ready(timeoutMs = readyTimeoutMs): Promise<void> {
    try {
      for (const { address } of this.nodes) {
        const end = performance.now() + timeoutMs;
        while (!(await isOpen(address.host, address.port))) {
          if (this.#failure() !== undefined || performance.now() > end) break;
          await delay(50);
        }
      }
      await untilReady({
        // The nodes' own ports: what a fault proxy does in front of them is no reason to wait. Where clients need
        // a certificate, the one among the brokers,
        // which asks for no password.
        brokers: this.nodes.map(
          ({ address: { host, port, internal } }) =>
            `${host}:${this.#options.tls === undefined ? port : internal}`,
        ),
        nodes: this.nodes.length,
        adminPassword: this.#options.tls === undefined ? this.#options.users?.['admin'] : undefined,
        timeoutMs,
        failure: () => this.#failure(),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`broker: ${reason}\n${this.logTail()}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.end('SIGKILL')));
    await this.#watchdog.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  logTail(lines = 40): string {
    return this.nodes.map((node) => `--- log of node ${node.address.id}\n${node.logTail(lines)}`).join('\n');
  }

  #failure(): string | undefined {
    const ended = this.nodes.filter((node) => !node.isRunning).map(({ address }) => address.id);
    return ended.length === 0 ? undefined : `node ${ended.join(', ')} has ended`;
  }

  #node(i: number): BrokerNode {
    const node = this.nodes[i];
    if (node === undefined) throw new RangeError(`broker: there is no node ${i} of ${this.nodes.length}`);
    return node;
  }
}

/** One run that only exists to write the class-data archive, which every later start of this version maps. */
async function writeArchive(kafka: KafkaInstallation): Promise<void> {
  process.stderr.write(`broker: writing the class-data archive of Apache Kafka ${kafka.version} (once)\n`);
  const written = join(kafka.derived, `classes.${process.pid}.jsa`);
  mkdirSync(kafka.derived, { recursive: true });
  await using broker = await startOnce(kafka, {}, written);
  await broker.nodes[0]?.end('SIGTERM');
  keepArchive(kafka, written);
}
