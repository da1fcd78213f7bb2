import { createHash } from 'node:crypto';
import type { Published, PublishedValue } from '@ballast/stage';
import { z } from 'zod';
import type { Appender } from '../admin/appender.ts';
import type { PartitionReader } from '../admin/partition-reader.ts';
import { publishedTopic } from '../admin/topic-plan.ts';

const entrySchema = z.object({ name: z.string(), version: z.string(), value: z.json() });

/** How many versions of a name are kept: verdicts in flight still name older ones. */
const versionsKept = 16;
const place = { topic: publishedTopic, partition: 0 };

/**
 * Published values in a compacted topic of one partition: the key is name and version, and the order of
 * the messages that of the versions. Each process keeps what it has read and reads on before it answers.
 */
export function brokerPublished(appender: Appender, reader: PartitionReader): Published {
  const { versionsOf, read, list } = following(reader);
  const append = (name: string, version: string, value: Uint8Array | undefined): Promise<bigint> =>
    appender.append(place, [{ key: keyOf(name, version), headers: {}, value }]);
  return {
    read,
    list,
    async publish(name, value) {
      const versions = await versionsOf(name);
      const version = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
      if (versions.at(-1)?.version === version) return version;
      await append(name, version, Buffer.from(JSON.stringify({ name, version, value })));
      for (const old of versions.slice(0, Math.max(0, versions.length + 1 - versionsKept)))
        if (old.version !== version) await append(name, old.version, undefined);
      return version;
    },
  };
}

/** The same values for a command that only looks; `reader` reads `ballast.published`. */
export function readPublished(reader: PartitionReader): Pick<Published, 'read' | 'list'> {
  const { read, list } = following(reader);
  return { read, list };
}

interface Following extends Pick<Published, 'read' | 'list'> {
  /** Oldest first. */
  readonly versionsOf: (name: string) => Promise<readonly PublishedValue[]>;
}

function following(reader: PartitionReader): Following {
  const known = new Map<string, PublishedValue[]>();
  let next = 0n;
  const readOn = async (): Promise<void> => {
    for (;;) {
      const { messages, end } = await reader.fetch(place, next);
      for (const { offset, value, isNull, key } of messages) {
        next = offset + 1n;
        if (isNull) remove(known, key);
        else put(known, value);
      }
      if (messages.length === 0 || next >= end) return;
    }
  };
  const versionsOf = async (name: string): Promise<readonly PublishedValue[]> => {
    await readOn();
    return known.get(name) ?? [];
  };
  return {
    versionsOf,
    async read(name, version) {
      const versions = await versionsOf(name);
      return version === undefined ? versions.at(-1) : versions.find((each) => each.version === version);
    },
    async list(prefix) {
      await readOn();
      return [...known.keys()].filter((name) => name.startsWith(prefix)).toSorted();
    },
  };
}

function keyOf(name: string, version: string): string {
  return `${version} ${name}`;
}

function put(known: Map<string, PublishedValue[]>, bytes: Uint8Array): void {
  const { name, version, value } = entrySchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  const others = (known.get(name) ?? []).filter((each) => each.version !== version);
  known.set(name, [...others, { version, value }]);
}

function remove(known: Map<string, PublishedValue[]>, key: string | undefined): void {
  const [, version, name] = /^(\S+) (.*)$/su.exec(key ?? '') ?? [];
  if (name === undefined) return;
  const left = (known.get(name) ?? []).filter((each) => each.version !== version);
  if (left.length === 0) known.delete(name);
  else known.set(name, left);
}
