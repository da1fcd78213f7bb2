import { createRequire } from 'node:module';
import type { TopicPartition } from '@ballast/document';
import { z } from 'zod';

/** What a member tells the group when it joins. */
export interface MemberWish {
  readonly topics: readonly string[];
  /** Undefined: any partition. */
  readonly partitions: readonly number[] | undefined;
}

/** A member, as the leader of its group sees it. */
export interface WishingMember extends MemberWish {
  readonly memberId: string;
}

/** Name of the protocol: a group of members with another one refuses to be joined. */
export const protocolName = 'ballast-partition';

const coders = z
  .custom<{
    readonly MemberMetadata: {
      encode(wish: { version: number; topics: readonly string[]; userData: Buffer }): Buffer;
      decode(bytes: Buffer): { readonly topics: readonly string[]; readonly userData: Buffer | null };
    };
    readonly MemberAssignment: {
      encode(dealt: { version: number; assignment: { readonly [topic: string]: readonly number[] } }): Buffer;
      decode(bytes: Buffer): { readonly assignment: { readonly [topic: string]: readonly number[] } } | null;
    };
  }>((found) => typeof found === 'object' && found !== null)
  .parse(createRequire(import.meta.url)('kafkajs/src/consumer/assignerProtocol'));
const wishSchema = z.object({ partitions: z.array(z.number()).optional() });

/** A wish as it travels in a join. */
export function encodeWish({ topics, partitions }: MemberWish): Buffer {
  const userData = Buffer.from(JSON.stringify(partitions === undefined ? {} : { partitions }));
  return coders.MemberMetadata.encode({ version: 0, topics, userData });
}

/** Reads {@link encodeWish}'s bytes. */
export function decodeWish(bytes: Buffer): MemberWish {
  const { topics, userData } = coders.MemberMetadata.decode(bytes);
  const text = userData === null || userData.length === 0 ? '{}' : userData.toString('utf8');
  return { topics, partitions: wishSchema.parse(JSON.parse(text)).partitions };
}

/**
 * Deals partitions out: partition p of *every* topic goes to one member, since all lanes of a partition
 * must have one owner (protocol P14). The same members and topics always come to the same deal,
 * whoever is the leader. `partitionsOf` is the count of a topic's partitions.
 */
export function dealOut(
  members: readonly WishingMember[],
  partitionsOf: (topic: string) => number,
): ReadonlyMap<string, readonly TopicPartition[]> {
  const sorted = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const topics = [...new Set(sorted.flatMap((member) => member.topics))].toSorted();
  const dealt = new Map<string, TopicPartition[]>(sorted.map(({ memberId }) => [memberId, []]));
  const count = Math.max(0, ...topics.map((topic) => partitionsOf(topic)));
  for (let partition = 0; partition < count; partition += 1) {
    const willing = sorted.filter(({ partitions }) => partitions?.includes(partition) ?? true);
    const owner = willing[partition % Math.max(1, willing.length)];
    if (owner === undefined) continue;
    for (const topic of owner.topics)
      if (partition < partitionsOf(topic)) dealt.get(owner.memberId)?.push({ topic, partition });
  }
  return dealt;
}

/** A deal as it travels from the leader to a member. */
export function encodeDeal(inputs: readonly TopicPartition[]): Buffer {
  const assignment: { [topic: string]: number[] } = {};
  for (const { topic, partition } of inputs) (assignment[topic] ??= []).push(partition);
  return coders.MemberAssignment.encode({ version: 0, assignment });
}

/** Reads {@link encodeDeal}'s bytes; a member that got nothing may have got no bytes. */
export function decodeDeal(bytes: Buffer): readonly TopicPartition[] {
  if (bytes.length === 0) return [];
  return Object.entries(coders.MemberAssignment.decode(bytes)?.assignment ?? {}).flatMap(
    ([topic, partitions]) => partitions.map((partition) => ({ topic, partition })),
  );
}
