import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pipelineSchema } from '@ballast/document';
import { openBrokers, openPartitionReader } from '@ballast/kafka';
import type { Brokers } from '@ballast/kafka';
import kafkajs from 'kafkajs';
import { z } from 'zod';
import { Workplace } from '../e2e/cli.ts';
import type { Ended } from '../e2e/cli.ts';
import { ownBroker } from './shared.ts';
import type { Broker } from './broker.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ConfigResourceTypes, ResourcePatternTypes } =
  kafkajs;
const users = { admin: 'admins-word', guest: 'guests-word' } as const;
type User = keyof typeof users;

let broker: Broker;
let admin: Brokers;

before(async () => {
  broker = await ownBroker({ users });
  const [sasl, brokers] = [saslOf('admin'), broker.bootstrap.split(',')];
  const { kafka } = pipelineSchema.parse({ kafka: { brokers, sasl: { ...sasl, password: users.admin } } });
  admin = await openBrokers(kafka, { name: 'test', insecure: false });
});
after(async () => {
  await admin[Symbol.asyncDispose]();
  await broker.stop();
});

function saslOf(user: User) {
  return { mechanism: 'plain', username: user };
}

/** Runs a command as a user of the broker. */
function ballast(place: Workplace, user: User, ...args: readonly string[]): Promise<Ended> {
  const sasl = { ...saslOf(user), password: '${PASSWORD}' };
  place.write('pipeline.yaml', JSON.stringify({ kafka: { brokers: [broker.bootstrap], sasl } }));
  return place.ballast([...args, '--config', 'pipeline.yaml'], { env: { PASSWORD: users[user] } });
}

/** A service that must end by itself, within 10 s of having loaded. */
async function ends(place: Workplace, user: User, stage: string): Promise<Ended> {
  const state = stage === 'mixer' ? ['--table', 'table'] : ['--state', 'state'];
  const running = ballast(place, user, 'run', stage, ...state);
  const ended = await Promise.race([running, delay(30_000, undefined, { ref: false })]);
  assert.ok(ended !== undefined, `run ${stage} goes on`);
  return ended;
}

/** Gives the guest a right. */
async function allow(
  operation: 'READ' | 'WRITE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS',
  on: string,
): Promise<void> {
  const [kind, name = ''] = on.split(' ');
  await admin.admin.createAcls({
    acl: [
      {
        resourceType: kind === 'group' ? AclResourceTypes.GROUP : AclResourceTypes.TOPIC,
        resourceName: name,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: 'User:guest',
        host: '*',
        operation: AclOperationTypes[operation],
        permissionType: AclPermissionTypes.ALLOW,
      },
    ],
  });
}

async function configure(topic: string, name: string, value: string): Promise<void> {
  const configEntries = [{ name, value }];
  await admin.admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }],
  });
}

const checked = z.object({
  differences: z.array(z.object({ topic: z.string(), what: z.string(), isFatal: z.boolean() })),
});

// In this order: the first finds a broker without topics.
describe('topics and rights that are not as they must be', () => {
  test('no topic: every command names it and what creates it', async () => {
    await using place = new Workplace();
    place.write('in.jsonl', '{"text":"a"}\n');
    const fix = /fix: ballast topics create --brokers/;
    for (const stage of ['oversampler', 'mixer']) {
      const { status, stderr } = await ends(place, 'admin', stage);
      assert.deepEqual(
        [status, /BALLAST_KAFKA_TOPICS/.test(stderr), fix.test(stderr)],
        [78, true, true],
        stderr,
      );
      assert.match(stderr, /documents\.\w+: there is no such topic/);
    }
    const produced = await ballast(place, 'admin', 'produce', '--input', 'in.jsonl', '--state', 'produce');
    assert.deepEqual([produced.status, fix.test(produced.stderr)], [78, true], produced.stderr);
    assert.match(produced.stderr, /there is no topic documents\.raw/);
    const consumed = await ballast(place, 'admin', 'consume', 'documents.raw');
    assert.deepEqual([consumed.status, consumed.stdout], [2, ''], consumed.stderr);
    assert.match(consumed.stderr, /there is no topic documents\.raw/);
  });

  test('a compacted topic: its services do not start, and the check names it', async () => {
    await using place = new Workplace();
    const created = await ballast(place, 'admin', 'topics', 'create', '--partitions', '2');
    assert.equal(created.status, 0, created.stderr);
    await configure('documents.verified', 'cleanup.policy', 'compact');
    for (const stage of ['verifier', 'oversampler']) {
      const { status, stderr } = await ends(place, 'admin', stage);
      assert.deepEqual([status, /BALLAST_KAFKA_TOPICS/.test(stderr)], [78, true], stderr);
      assert.match(stderr, /documents\.verified: cleanup\.policy is compact, not delete/);
      assert.match(stderr, /fix: kafka-topics\.sh .* --delete --topic documents\.verified/);
    }
    const check = await ballast(place, 'admin', 'topics', 'check', '--json');
    assert.equal(check.status, 78, check.stderr);
    const fatal = checked.parse(JSON.parse(check.stdout)).differences.filter(({ isFatal }) => isFatal);
    assert.deepEqual(
      fatal.map(({ topic, what }) => `${topic}: ${what}`),
      ['documents.verified: cleanup.policy'],
    );
    await configure('documents.verified', 'cleanup.policy', 'delete');
  });

  test('a missing right: each is named, on what, until the last one is there', async () => {
    await using place = new Workplace();
    place.write('in.jsonl', '{"text":"A few words, as good as any others here."}\n');
    const produced = await ballast(place, 'admin', 'produce', '--input', 'in.jsonl', '--state', 'produce');
    assert.equal(produced.status, 0, produced.stderr);
    const own = ['documents.raw', 'documents.detected', 'ballast.snapshots', 'ballast.published'];
    const sides = ['ballast.snapshots', 'ballast.published'];
    const steps: readonly (readonly [missing: string, give: () => Promise<unknown>])[] = [
      [
        'Describe on documents.raw',
        () =>
          Promise.all(
            own.flatMap((name) => [
              allow('DESCRIBE', `topic ${name}`),
              allow('DESCRIBE_CONFIGS', `topic ${name}`),
            ]),
          ),
      ],
      ['Write on every topic', () => Promise.all(sides.map((name) => allow('WRITE', `topic ${name}`)))],
      ['Read on ballast.published', () => Promise.all(sides.map((name) => allow('READ', `topic ${name}`)))],
      ['Read on group detector', () => allow('READ', 'group detector')],
      ['Read on documents.raw', () => allow('READ', 'topic documents.raw')],
      ['Write on documents.detected', () => allow('WRITE', 'topic documents.detected')],
    ];
    for (const [missing, give] of steps) {
      const { status, stderr } = await ends(place, 'guest', 'detector');
      assert.deepEqual([status, /BALLAST_KAFKA_DENIED/.test(stderr)], [77, true], `${missing}: ${stderr}`);
      assert.ok(stderr.includes(`the broker denies ${missing} to this user`), `${missing}: ${stderr}`);
      await give();
    }
    place.write('guests.jsonl', '{"text":"Others have no right to say this."}\n');
    for (const [missing, ...command] of [
      ['Write on documents.raw', 'produce', '--input', 'guests.jsonl', '--state', 'guests'],
      ['Describe on it', 'lag'],
    ] as const) {
      const { status, stderr } = await ballast(place, 'guest', ...command);
      assert.deepEqual(
        [status, stderr.includes(`denies ${missing}`) || stderr.includes(`${missing} is denied`)],
        [77, true],
        `${command[0]}: ${stderr}`,
      );
    }
  });
});

describe('a reader over a topic that is not there', () => {
  test('is refused and leaves no connection behind', async () => {
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    const before = sockets();
    await assert.rejects(openPartitionReader(admin.kafka, ['documents.nowhere']));
    await delay(100);
    assert.equal(sockets(), before);
  });
});
