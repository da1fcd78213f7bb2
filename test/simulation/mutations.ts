import { kafkaGuards } from './kafka-guards.ts';
import type { Mutation } from './mutation.ts';

/** Every guard that can be taken away, each with what notices it. */
export const mutations: readonly Mutation[] = [
  {
    name: 'mark-of-all-topics',
    rule: 'P3: a high-water mark belongs to the topic-partition being read',
    patches: [
      {
        file: 'libs/mix/src/lane-heads.ts',
        find: `  #isRedelivery(arrival: Arrival): boolean {
    const input = formatTopicPartition(arrival.read);`,
        replace: `  #isRedelivery(arrival: Arrival): boolean {
    const input = String(arrival.read.partition);`,
      },
      {
        file: 'libs/mix/src/lane-heads.ts',
        find: `    const input = formatTopicPartition(arrival.read);
    const ingest = formatTopicPartition(arrival.position);
    const marks =`,
        replace: `    const input = String(arrival.read.partition);
    const ingest = formatTopicPartition(arrival.position);
    const marks =`,
      },
    ],
    caughtBy: 'simulation',
  },
  {
    name: 'no-high-water-mark',
    rule: 'P3: a reader passes over what is at or below the mark',
    patches: [
      {
        file: 'libs/stage/src/run.ts',
        find: 'delivery.batch.filter((arrival) => chain.admit(arrival))',
        replace: 'delivery.batch.filter((arrival) => chain.admit(arrival) || true)',
      },
    ],
    caughtBy: 'simulation',
  },
  {
    name: 'no-chain-check',
    rule: 'P4: a first copy names the position before it',
    patches: [
      {
        file: 'libs/stage/src/chain.ts',
        find: 'if (arrival.read.topic !== arrival.position.topic) assertLinked(arrival, mark);',
        replace: 'if (mark === -2n) assertLinked(arrival, mark);',
      },
    ],
    caughtBy: 'simulation with silent losses',
  },
  {
    name: 'ack-before-write',
    rule: 'P5: an ack follows the writes',
    patches: [
      {
        file: 'libs/stage/src/run.ts',
        find: `    if (routed.length > 0) await options.sink.write(routed);
    await delivery.ack({ ...chain.marks(), state: snapshot(options.stages, delivery) });`,
        replace: `    await delivery.ack({ ...chain.marks(), state: snapshot(options.stages, delivery) });
    if (routed.length > 0) await options.sink.write(routed);`,
      },
    ],
    caughtBy: 'simulation',
  },
  {
    name: 'outcomes-forgotten',
    rule: 'P9: a position judged again gets the outcome it had',
    patches: [
      {
        file: 'libs/verify/src/dedup/decide.ts',
        find: '  if (stored !== undefined) return decodeOutcome(stored, position);',
        replace: '  if (stored === position.topic) return decodeOutcome(stored, position);',
      },
      {
        file: 'libs/verify/src/dedup/first-seen.ts',
        find: 'const text = stored[at];\n    return text',
        replace: 'const text = stored[-1 - at];\n    return text',
      },
    ],
    caughtBy: 'simulation',
  },
  {
    name: 'refused-documents-claim',
    rule: 'P10: only a document that is kept claims its text',
    patches: [
      {
        file: 'libs/verify/src/dedup/decide.ts',
        find: `verdict.action === 'keep' ? claim(candidate, index, today) : verdict`,
        replace: `[claim(candidate, index, today), verdict][verdict.action === 'keep' ? 0 : 1]!`,
      },
    ],
    caughtBy: 'simulation',
  },
  {
    name: 'anyone-displaces',
    rule: 'P11: a duplicate is one only of a holder in the same or a stronger lane',
    patches: [
      {
        file: 'libs/verify/src/dedup/strength.ts',
        find: '  if (late.verified && !holder.verified) return false;',
        replace: '  if (late.strength !== undefined) return true;',
      },
    ],
    caughtBy: 'simulation',
  },
  {
    name: 'lanes-not-compared',
    rule: 'P14: a commit compares the offsets of all lanes of its partitions',
    patches: [
      {
        file: 'libs/table/src/commit.ts',
        find: '    if (from !== next) return conflict(',
        replace: '    if (from > next + 9_999n) return conflict(',
      },
      {
        file: 'libs/table/src/commit.ts',
        find: '    if (next !== known) return conflict(',
        replace: '    if (next > known + 9_999n) return conflict(',
      },
      {
        file: 'libs/table/src/log.ts',
        find: '    if (BigInt(from) !== next) {',
        replace: '    if (BigInt(from) > next + 9_999n) {',
      },
      {
        file: 'libs/table/src/commit.ts',
        find: '  if (claimed > 0 && done.length + deferred.length === claimed) return',
        replace: '  if (claimed < 0 && done.length + deferred.length === claimed) return',
      },
    ],
    caughtBy: 'simulation',
  },
  {
    name: 'eps-of-today',
    rule: 'P7: the error bound is the one the verdict carries',
    patches: [{ file: 'libs/mix/src/row.ts', find: 'eps: detect.eps,', replace: 'eps: 0 * detect.eps,' }],
    caughtBy: ['libs/mix/src/mixer.test.ts', 'libs/mix/src/mixer.property.test.ts'],
  },
  {
    name: 'put-not-recognised',
    rule: 'after an ambiguous put the version is read back and its txnId compared',
    patches: [
      {
        file: 'libs/table/src/commit.ts',
        find: '  if (state === undefined || state.version < version) return false;',
        replace: '  if (state === undefined || state.version < version || version >= 0) return false;',
      },
    ],
    caughtBy: ['libs/table/src/commit.test.ts'],
  },
  {
    name: 'offsets-not-contiguous',
    rule: 'a message missing below the end stops the reader',
    patches: [
      {
        file: 'libs/mix/src/lane-heads.ts',
        find: 'if (next === undefined || next === read.offset) return;',
        replace: 'if (next === undefined || next !== -1n) return;',
      },
    ],
    caughtBy: ['libs/mix/src/mixer.test.ts'],
  },
  {
    name: 'writes-not-flushed',
    rule: 'P26: a write is awaited to the flush',
    patches: [
      {
        file: 'libs/stage/src/embedded/sink.ts',
        find: '  await log.environment.flush();',
        replace: '  if (log.partitions < 0) await log.environment.flush();',
      },
    ],
    caughtBy: ['libs/stage/src/embedded/durability.test.ts'],
  },
  {
    name: 'own-root-unknown',
    rule: 'P12: a replay is no duplicate of its own root',
    patches: [
      {
        file: 'libs/verify/src/dedup/decide.ts',
        find: 'if (holder.root !== rootOf(candidate)) return false;',
        replace: `if (holder.root !== '') return false;`,
      },
    ],
    caughtBy: ['libs/verify/src/dedup/memory.test.ts'],
  },
  {
    name: 'replay-believed',
    rule: 'P13: a replay counts only with the bytes of its root',
    patches: [
      {
        file: 'libs/stage/src/message.ts',
        find: 'return isBehind && sha256OfValue(value) === sha256 ? replayOf : undefined;',
        replace: 'return isBehind ? replayOf : undefined;',
      },
    ],
    caughtBy: ['libs/stage/src/message.test.ts'],
  },
  {
    name: 'any-copy-supersedes',
    rule: 'P15: a copy is superseded only by one that was kept',
    patches: [
      {
        file: 'libs/mix/src/copies.ts',
        find: 'if (lane.offset >= read(input) || isDeferred(lane)) return undefined;',
        replace: 'if (lane.offset >= read(input)) return undefined;',
      },
    ],
    caughtBy: ['libs/mix/src/copies.test.ts'],
  },
  {
    name: 'replays-unknown-to-mixer',
    rule: 'P15: of several copies one is kept',
    patches: [
      {
        file: 'libs/mix/src/copies.ts',
        find: "if (this.#options.keptCopies?.(root).includes(sha256) === true) return 'kept';",
        replace: '',
      },
    ],
    caughtBy: ['libs/mix/src/copies.test.ts'],
  },
  ...kafkaGuards,
];
