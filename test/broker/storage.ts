import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaInstallation } from './jars.ts';

/** 16 random bytes in the 22 characters Kafka uses for cluster and directory ids; never begins with `-`. */
export function kafkaId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? kafkaId() : id;
}

/**
 * Formats a node's folder. Kafka's own tool takes 1.3 s per node, so it runs once per version; every
 * later folder is a copy of its result with the ids of this cluster and node.
 */
export function formatStorage(
  kafka: KafkaInstallation,
  target: { readonly data: string; readonly clusterId: string; readonly nodeId: number },
): void {
  const template = join(kafka.derived, 'formatted');
  if (!existsSync(template)) formatTemplate(kafka, template);
  cpSync(template, target.data, { recursive: true });
  const meta = join(target.data, 'meta.properties');
  const ids: { readonly [key: string]: string } = {
    'cluster.id': target.clusterId,
    'directory.id': kafkaId(),
    'node.id': String(target.nodeId),
  };
  const lines = readFileSync(meta, 'utf8').split('\n');
  writeFileSync(
    meta,
    lines
      .map((line) => {
        const key = line.split('=')[0] ?? '';
        return ids[key] === undefined ? line : `${key}=${ids[key]}`;
      })
      .join('\n'),
  );
}

function formatTemplate(kafka: KafkaInstallation, template: string): void {
  const fresh = `${template}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const properties = join(fresh, 'server.properties');
  const data = join(fresh, 'data');
  writeFileSync(
    properties,
    'process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:1\n' +
      'listeners=PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:1\ncontroller.listener.names=CONTROLLER\n' +
      `listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\nlog.dirs=${data}\n`,
  );
  const tool = ['kafka.tools.StorageTool', 'format', '-t', kafkaId(), '-c', properties];
  const result = spawnSync(kafka.java, ['-cp', kafka.classPath, ...tool], { encoding: 'utf8' });
  if (result.status !== 0 || !existsSync(join(data, 'meta.properties'))) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`broker: StorageTool failed: ${`${result.stdout}${result.stderr}`.slice(-2_000)}`);
  }
  try {
    renameSync(data, template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  }
  rmSync(fresh, { recursive: true, force: true });
}
