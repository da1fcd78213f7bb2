import { laneOfPool, refusalIn, topicOf } from '@ballast/document';
import type { LaneTopic, Refusal, RefusalTopic, Verdicts } from '@ballast/document';

/** Version of {@link route}. Changing the function or the lanes needs a drained migration. */
export const routeVersion = 'route-1';

const refusalOf = { reject: 'rejected', defer: 'deferred', dead: 'dead' } as const satisfies {
  readonly [action: string]: Refusal;
};

/**
 * Topic of a record, by its logged verdicts alone (protocol P2): no configuration, no clock, no text,
 * so that a replay with other settings goes where the first copy went. A record without any
 * detect verdict cannot be mixed and goes to `documents.dead`.
 */
export function route(verdicts: Verdicts): LaneTopic | RefusalTopic {
  const refusal = refusalIn(verdicts);
  if (refusal !== undefined && refusal.action !== 'keep') return topicOf(refusalOf[refusal.action]);
  const { detect, verify } = verdicts;
  if (detect === undefined || !('pool' in detect)) return topicOf('dead');
  const { pool, band } = detect;
  if (pool === 'anchor' || pool === 'presumed') return topicOf('human');
  if (verify !== undefined && 'verified' in verify && verify.verified) return topicOf('checked');
  return topicOf(laneOfPool(pool, band));
}
