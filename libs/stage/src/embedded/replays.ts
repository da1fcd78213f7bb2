import { formatPosition, formatReplayOf, parsePosition, replayHeader } from '@ballast/document';
import type { Position, ReplayOf } from '@ballast/document';
import type { Environment } from './environment.ts';
import type { MessageLog, Prepared } from './log.ts';

/** A document that is to be judged again. */
export interface ReplayCopy {
  readonly replayOf: ReplayOf;
  /** The root's bytes. */
  readonly value: Uint8Array;
}

/** A copy that lies in its ingest topic. */
export interface CopySent {
  readonly replay: string;
  readonly root: Position;
  readonly position: Position;
}

/**
 * Appends copies behind their roots, in the same topic and partition. A note per replay and root is part of
 * the transaction, so a copy is appended once, whoever else goes on with the same replay. Returns how many
 * were new. Throws a RangeError when a root's topic is unknown: a copy never creates one.
 */
export async function appendCopies(log: MessageLog, copies: readonly ReplayCopy[]): Promise<number> {
  const { environment } = log;
  const known = new Set(log.topics());
  const ready: { readonly key: string[]; readonly prepared: Prepared }[] = [];
  for (const { replayOf, value } of copies) {
    const { root, replay } = replayOf;
    if (!known.has(root.topic))
      throw new RangeError(`replay: ${formatPosition(root)} lies in no topic of this state`);
    const headers = { [replayHeader]: formatReplayOf(replayOf) };
    ready.push({
      key: [replay, formatPosition(root)],
      prepared: await log.prepare({ topic: root.topic, partition: root.partition }, [{ headers, value }]),
    });
  }
  const added = await environment.transact(() => {
    let count = 0;
    for (const { key, prepared } of ready) {
      if (environment.replays.get(key) !== undefined) continue;
      const { topic, partition } = prepared.input;
      const offset = log.put(prepared);
      void environment.replays.put(key, formatPosition({ topic, partition, offset }));
      count += 1;
    }
    return count;
  });
  await environment.flush();
  return added;
}

/** Every copy that was appended, by replay and root. */
export function* copiesSent(environment: Environment): Generator<CopySent> {
  environment.refresh();
  for (const { key, value } of environment.replays.getRange({})) {
    const [replay, root] = key;
    yield { replay: String(replay), root: parsePosition(String(root)), position: parsePosition(value) };
  }
}
