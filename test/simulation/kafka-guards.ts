import type { Mutation, OneTest } from './mutation.ts';

const onBroker = (test: string): readonly OneTest[] => [{ file: 'test/broker/guards.test.ts', test }];
const conformance = (test: string): readonly OneTest[] => [{ file: 'test/broker/conformance.test.ts', test }];

/** The guards of libs/kafka, most against traps of its client: each with the test that is red without it. */
export const kafkaGuards: readonly Mutation[] = [
  {
    name: 'gzip-without-bound',
    rule: 'a record set never decompresses to more than the limit',
    patches: [
      {
        file: 'libs/kafka/src/compression.ts',
        find: 'gunzip(buffer, { maxOutputLength: bytesMax }, done)',
        replace: 'gunzip(buffer, done)',
      },
    ],
    caughtBy: ['libs/kafka/src/compression.test.ts'],
  },
  {
    name: 'zstd-first-frame-only',
    rule: 'all frames of a zstd record set are read',
    patches: [
      {
        file: 'libs/kafka/src/compression.ts',
        find: '  } while (read < input.byteLength);',
        replace: '  } while (read < 0);',
      },
    ],
    caughtBy: ['libs/kafka/src/compression.test.ts'],
  },
  {
    name: 'gaps-passed-over',
    rule: 'K2: a message missing on a broker stops the reader',
    patches: [
      {
        file: 'libs/kafka/src/service/arrival.ts',
        find: '    if (offset !== expected) throw gapError(',
        replace: '    if (offset < 0n) throw gapError(',
      },
      {
        file: 'libs/kafka/src/service/arrival.ts',
        find: '  if (next > expected)',
        replace: '  if (next < 0n)',
      },
    ],
    caughtBy: ['libs/kafka/src/service/arrival.test.ts'],
  },
  {
    name: 'sends-overtake',
    rule: 'K7: one send in flight per partition',
    patches: [
      {
        file: 'libs/kafka/src/service/sink.ts',
        find: '        await this.#send(batch);\n        [batch, bytes] = [[], 0];',
        replace: '        void this.#send(batch).catch(() => undefined);\n        [batch, bytes] = [[], 0];',
      },
    ],
    caughtBy: ['libs/kafka/src/service/sink.test.ts'],
  },
  {
    name: 'sink-goes-on',
    rule: 'S8: after a failed send nothing further is written',
    patches: [
      {
        file: 'libs/kafka/src/service/sink.ts',
        find: '      if (broken !== undefined) throw broken.error;',
        replace: '',
      },
    ],
    caughtBy: ['libs/kafka/src/service/sink.test.ts'],
  },
  {
    name: 'bombs-unpacked',
    rule: 'K11: a batch above the limit is named, not read',
    patches: [
      {
        file: 'libs/kafka/src/record-batch.ts',
        find: '    return await decompress(codec, packed);\n  } catch (error) {\n    if (error instanceof',
        replace:
          '    return await decompress(codec, packed);\n  } catch (error) {\n    if (packed.length < 0 && error instanceof',
      },
    ],
    caughtBy: ['libs/kafka/src/record-batch.test.ts'],
  },
  {
    name: 'partition-left-out',
    rule: 'K1: a message names its partition',
    patches: [
      {
        file: 'libs/kafka/src/codec.ts',
        find: 'value: bytes, partition, headers };',
        replace: 'value: bytes, partition: undefined as never, headers };',
      },
    ],
    caughtBy: ['libs/kafka/src/admin/appender.test.ts'],
  },
  {
    name: 'partition-chosen',
    rule: 'K1: nothing chooses a partition in its place',
    patches: [
      {
        file: 'libs/kafka/src/admin/appender.ts',
        find: `throw new TypeError('openAppender: the partition is always given');`,
        replace: 'return 0;',
      },
    ],
    caughtBy: ['libs/kafka/src/admin/appender.test.ts'],
  },
  {
    name: 'reset-to-oldest',
    rule: 'K2: a place that retention has taken is not exchanged for another',
    patches: [
      {
        file: 'libs/kafka/src/service/topics.ts',
        find: 'if (bounds.low > offset) throw gapError(',
        replace: 'if (bounds.low < 0n) throw gapError(',
      },
      {
        file: 'libs/kafka/src/service/topics.ts',
        find: 'return { next: offset, checkpoint: stored?.checkpoint ?? null };',
        replace:
          'return { next: bounds.low > offset ? bounds.low : offset, checkpoint: stored?.checkpoint ?? null };',
      },
    ],
    caughtBy: conformance('a message missing below the end stops the reader'),
  },
  {
    name: 'forgotten-offsets-unnoticed',
    rule: 'K2: a group whose offsets the broker has forgotten is not a new one',
    patches: [
      {
        file: 'libs/kafka/src/service/topics.ts',
        find: 'if (bounds.low > 0n && (await this.published.read(',
        replace: 'if (bounds.low < 0n && (await this.published.read(',
      },
    ],
    caughtBy: onBroker(
      'begin anew where every message is still there, and stop the reader where some are not',
    ),
  },
  {
    name: 'no-heartbeat-at-work',
    rule: 'K3: the membership is kept alive while work takes long',
    patches: [
      {
        file: 'libs/kafka/src/service/membership.ts',
        find: 'while (this.#current === current && !current.isLost) {',
        replace: 'while (this.#current !== current) {',
      },
    ],
    caughtBy: onBroker('work that takes longer than the session keeps its partitions'),
  },
  {
    name: 'fenced-ack-believed',
    rule: 'S4, K4: a commit of an older generation is refused, and that is heard',
    patches: [
      {
        file: 'libs/kafka/src/service/membership.ts',
        find: 'throw new RetryableError(groupErrors.fenced, `${what} is refused by the broker`, { cause });',
        replace: 'return;',
      },
      {
        file: 'libs/kafka/src/service/membership.ts',
        find: 'if (current.isLost || this.#current !== current)',
        replace: 'if (this.#memberId === undefined)',
      },
    ],
    caughtBy: conformance("an older reader's ack is refused once a newer one took the partition"),
  },
  {
    name: 'lanes-apart',
    rule: 'K5, P14: one member owns partition p of every topic',
    patches: [
      {
        file: 'libs/kafka/src/service/assignment.ts',
        find: `    for (const topic of owner.topics)
      if (partition < partitionsOf(topic)) dealt.get(owner.memberId)?.push({ topic, partition });`,
        replace: `    for (const [turn, topic] of owner.topics.entries())
      if (partition < partitionsOf(topic))
        dealt.get(willing[(partition + turn) % willing.length]!.memberId)?.push({ topic, partition });`,
      },
    ],
    caughtBy: ['libs/kafka/src/service/assignment.test.ts'],
  },
  {
    name: 'sends-again-anyway',
    rule: 'K6, K25: what may have been written is not sent again on the same producer',
    patches: [
      {
        file: 'libs/kafka/src/admin/appender.ts',
        find: "if (cause instanceof Error && cause.message === 'Broker not connected') {",
        replace: 'if (cause instanceof Error) {',
      },
    ],
    caughtBy: ['libs/kafka/src/admin/appender.test.ts'],
  },
  {
    name: 'gives-up-unsent',
    rule: 'K25: what had not left when the connection went is sent again',
    patches: [
      {
        file: 'libs/kafka/src/admin/appender.ts',
        find: "if (cause instanceof Error && cause.message === 'Broker not connected') {",
        replace: 'if (cause === undefined) {',
      },
    ],
    caughtBy: ['libs/kafka/src/admin/appender.test.ts'],
  },
  {
    name: 'retries-left-at-five',
    rule: 'K25: a producer is patient by its own setting',
    patches: [
      {
        file: 'libs/kafka/src/admin/appender.ts',
        find: 'retry: { retries: Number.MAX_SAFE_INTEGER },',
        replace: '',
      },
    ],
    caughtBy: ['libs/kafka/src/admin/appender.test.ts'],
  },
  {
    name: 'not-idempotent',
    rule: 'S3: the producer is idempotent',
    patches: [
      {
        file: 'libs/kafka/src/admin/appender.ts',
        find: 'idempotent: true,',
        replace: 'idempotent: false,',
      },
    ],
    caughtBy: ['libs/kafka/src/admin/appender.test.ts'],
  },
  {
    name: 'leader-alone-acknowledges',
    rule: 'S3: all replicas in sync acknowledge',
    patches: [{ file: 'libs/kafka/src/admin/appender.ts', find: 'acks: -1,', replace: 'acks: 1,' }],
    caughtBy: ['libs/kafka/src/admin/appender.test.ts'],
  },
  {
    name: 'sends-uncut',
    rule: 'K8: a send is cut by its bytes',
    patches: [
      {
        file: 'libs/kafka/src/service/sink.ts',
        find: 'bytes + size > sendBytes)',
        replace: 'bytes + size > 1e9 * sendBytes)',
      },
    ],
    caughtBy: ['libs/kafka/src/service/sink.test.ts'],
  },
  {
    name: 'idle-timer-armed',
    rule: 'K10: a connection with nothing to do arms no timer',
    patches: [
      {
        file: 'libs/kafka/src/admin/idle-timer.ts',
        find: 'if (this.pending.length === 0 &&',
        replace: 'if (this.pending.length < 0 &&',
      },
    ],
    caughtBy: ['libs/kafka/src/admin/idle-timer.test.ts'],
  },
  {
    name: 'zstd-without-bound',
    rule: 'K11: zstd never decompresses to more than the limit',
    patches: [
      {
        file: 'libs/kafka/src/compression.ts',
        find: 'maxOutputLength: Math.max(1, bytesMax),',
        replace: '',
      },
      {
        file: 'libs/kafka/src/compression.ts',
        find: 'if (result.buffer.byteLength > bytesMax) throw tooLarge();',
        replace: '',
      },
    ],
    caughtBy: ['libs/kafka/src/compression.test.ts'],
  },
  {
    name: 'lz4-without-bound',
    rule: 'K11: LZ4 never decompresses to more than the limit',
    patches: [
      {
        file: 'libs/kafka/src/lz4.ts',
        find: 'if (length > bytesMax) throw tooLarge();',
        replace: '',
      },
    ],
    caughtBy: ['libs/kafka/src/foreign-codecs.test.ts'],
  },
  {
    name: 'snappy-without-bound',
    rule: 'K11: snappy never decompresses to more than the limit',
    patches: [
      {
        file: 'libs/kafka/src/snappy.ts',
        find: '> bytesMax) throw tooLarge();',
        replace: '> bytesMax * 1e9) throw tooLarge();',
      },
    ],
    caughtBy: ['libs/kafka/src/foreign-codecs.test.ts'],
  },
  {
    name: 'codecs-left-to-writers',
    rule: 'K12: the broker compresses anew what others send to an ingest topic',
    patches: [
      {
        file: 'libs/kafka/src/admin/topic-plan.ts',
        find: "'compression.type': 'zstd',",
        replace: '',
      },
    ],
    caughtBy: ['libs/kafka/src/admin/check-topics.test.ts'],
  },
  {
    name: 'topic-ids-not-compared',
    rule: 'K16: a topic with another id is another topic',
    patches: [
      {
        file: 'libs/kafka/src/admin/topic-ids.ts',
        find: 'if (known !== undefined && known !== id)',
        replace: 'if (known !== undefined && known === undefined)',
      },
    ],
    caughtBy: ['libs/kafka/src/admin/topic-ids.test.ts'],
  },
  {
    name: 'topic-ids-not-asked',
    rule: 'K16: a reader notices that its topic was created again while it runs',
    patches: [
      {
        file: 'libs/kafka/src/admin/partition-reader.ts',
        find: 'if (ids !== undefined) assertSameTopics(topicIds, ids);',
        replace: '',
      },
      {
        file: 'libs/kafka/src/admin/partition-reader.ts',
        find: "if (error.type === 'OFFSET_OUT_OF_RANGE') assertSameTopics(",
        replace: "if (error.type === 'NEVER') assertSameTopics(",
      },
    ],
    caughtBy: onBroker('one that is created again under a running reader stops it before it reads on'),
  },
  {
    name: 'last-record-not-compared',
    rule: 'K16: the record that was read last must still lie there',
    patches: [
      {
        file: 'libs/kafka/src/service/same-record.ts',
        find: 'if (now?.timestamp === last.timestamp && now.sha256 === last.sha256) return;',
        replace: 'if (last.offset >= 0n) return;',
      },
    ],
    caughtBy: ['libs/kafka/src/service/same-record.test.ts'],
  },
  {
    name: 'metadata-unbounded',
    rule: 'K17: a checkpoint that is too large for an offset lies elsewhere',
    patches: [
      {
        file: 'libs/kafka/src/service/checkpoints.ts',
        find: 'if (inline.length <= metadataMax)',
        replace: 'if (inline.length <= 1e9)',
      },
    ],
    caughtBy: onBroker(
      'of any size come back, and the one before is deleted only after the ack that follows it',
    ),
  },
  {
    name: 'snapshots-share-a-key',
    rule: 'P6: a snapshot has a key of its own',
    patches: [
      {
        file: 'libs/kafka/src/service/checkpoints.ts',
        find: '${offset}/${randomUUID()}`;',
        replace: '${offset}`;',
      },
    ],
    caughtBy: ['libs/kafka/src/service/checkpoints.test.ts'],
  },
  {
    name: 'aborted-transactions-read',
    rule: 'K18: what a transaction took back is not read',
    patches: [
      {
        file: 'libs/kafka/src/admin/partition-reader.ts',
        find: 'committedOnly === true) ? 1 : 0,',
        replace: 'committedOnly === undefined) ? 1 : 0,',
      },
    ],
    caughtBy: onBroker('a transaction leaves gaps: they stop the reader, unless the topic may have them'),
  },
  {
    name: 'loading-coordinator-is-fatal',
    rule: 'K26: a coordinator that loads is waited for',
    patches: [
      { file: 'libs/kafka/src/admin/passing.ts', find: "  'GROUP_LOAD_IN_PROGRESS',\n", replace: '' },
    ],
    caughtBy: ['libs/kafka/src/admin/passing.test.ts'],
  },
  {
    name: 'null-header-thrown-at',
    rule: 'K28: a header without a value travels',
    patches: [
      {
        file: 'libs/kafka/src/admin/record-encoder.ts',
        find: 'if (value === null) return this.varint(-1);',
        replace: "if (value === null) throw new TypeError('null');",
      },
    ],
    caughtBy: ['libs/kafka/src/admin/record-encoder.test.ts'],
  },
  {
    name: 'dead-member-waited-for',
    rule: 'K29: a successor takes its dead predecessor out of the group',
    patches: [
      {
        file: 'libs/kafka/src/service/membership.ts',
        find: "if (memberId === '') return false;",
        replace: "if (memberId !== '\\0') return false;",
      },
    ],
    caughtBy: onBroker(
      'a successor of a dead member has its partitions in 2 s, not after the session time-out',
    ),
  },
  {
    name: 'forged-reason-believed',
    rule: 'only a message without a value says why it has none',
    patches: [
      {
        file: 'libs/kafka/src/service/arrival.ts',
        find: 'if (isNull || headers[unreadableHeader] === undefined) return headers;',
        replace: 'if (offsetless(headers)) return headers;',
      },
      {
        file: 'libs/kafka/src/service/arrival.ts',
        find: '/** Only a message without a value may name the reason for that. */',
        replace: 'const offsetless = (_: Headers): boolean => true;',
      },
    ],
    caughtBy: ['libs/kafka/src/service/arrival.test.ts'],
  },
];
