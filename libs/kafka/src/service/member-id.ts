import { createRequire } from 'node:module';
import { z } from 'zod';
import { typeOf } from '../admin/describe-topics.ts';
import type { ClusterBroker, JoinAnswer, JoinRequest, ProtocolRequest } from '../admin/cluster.ts';

/**
 * Asks a group's coordinator for the id of a member that is to join (KIP-394: the first JoinGroup of
 * version 4 and later, without an id, is answered with one and joins nobody). kafkajs does the same within
 * its join and says the id when everybody has joined, which is too late: a process that is killed in
 * between leaves a member behind that nobody can name, and the group waits for it until the session
 * time-out. Rejects with what else the coordinator answers.
 */
export async function askMemberId(
  broker: ClusterBroker,
  request: Omit<JoinRequest, 'memberId'>,
): Promise<string> {
  try {
    const { memberId } = await broker.connectionPool.send(
      joinProtocol({ version: 5 })({
        ...request,
        memberId: '',
        groupInstanceId: null,
        protocolType: 'consumer',
      }),
    );
    return memberId;
  } catch (error) {
    if (typeOf(error) !== 'MEMBER_ID_REQUIRED') throw error;
    return answerSchema.parse(error).memberId;
  }
}

const answerSchema = z.looseObject({ memberId: z.string().min(1) });

/** JoinGroup as kafkajs encodes it; every broker since 2.3 speaks version 5. */
const { protocol: joinProtocol } = z
  .object({
    protocol: z.custom<
      (wanted: {
        readonly version: 5;
      }) => (
        request: JoinRequest & { readonly groupInstanceId: null; readonly protocolType: 'consumer' },
      ) => ProtocolRequest<JoinAnswer>
    >((found) => typeof found === 'function'),
  })
  .parse(createRequire(import.meta.url)('kafkajs/src/protocol/requests/joinGroup'));
