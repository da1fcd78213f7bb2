import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { startBroker } from '../broker/broker.ts';
import type { Broker } from '../broker/broker.ts';
import { Workplace } from './cli.ts';
import { documents, jsonLines, writer } from './texts.ts';

const checked = z.object({
  partitions: z.number(),
  differences: z.array(
    z.object({
      topic: z.string(),
      what: z.string(),
      found: z.string(),
      fix: z.string(),
      isFatal: z.boolean(),
    }),
  ),
});
const produced = z.object({
  files: z.array(z.object({ rows: z.number(), sent: z.number(), known: z.number(), tooLarge: z.number() })),
});

describe('no broker', () => {
  for (const [what, address, reason] of [
    ['that listens', '127.0.0.1:1', 'refused'],
    ['of that name', 'broker.invalid:9092', 'not a known host'],
  ] as const)
    test(`${what}: every command ends with 69 within 10 s, naming the address and the fix`, async () => {
      await using place = new Workplace();
      place.write('in.jsonl', '{"text":"a"}\n');
      const commands = [
        ['topics', 'check'],
        ['produce', '--input', 'in.jsonl', '--state', 's'],
        ['consume', 'documents.raw'],
        ['lag'],
        ['run', 'detector', '--state', 's'],
        ['run', 'mixer', '--table', 't'],
      ];
      const started = performance.now();
      const ended = await place.each(
        commands.map((command) => [...command, '--brokers', address, '--insecure']),
      );
      for (const [index, { status, stderr }] of ended.entries()) {
        assert.equal(status, 69, `${commands[index]?.join(' ')}: ${stderr}`);
        assert.ok(stderr.includes(address) && stderr.includes(reason), stderr);
        assert.match(stderr, /fix: start the broker, or correct --brokers/);
      }
      // Two at a time.
      assert.ok(performance.now() - started < (10_000 * commands.length) / 2);
    });

  test('an unencrypted one on another host is refused without --insecure, before anything is sent', async () => {
    await using place = new Workplace();
    const { status, stderr } = await place.ballast([
      'run',
      'verifier',
      '--state',
      's',
      '--brokers',
      'kafka:9092',
    ]);
    assert.deepEqual([status, /BALLAST_KAFKA_PLAINTEXT/.test(stderr)], [78, true], stderr);
    assert.match(stderr, /fix: set kafka\.ssl .* or give --insecure/);
  });
});

describe('topics of a pipeline', () => {
  let broker: Broker;
  before(async () => {
    broker = await startBroker();
  });
  after(() => broker.stop());
  const over = (...args: string[]): string[] => [...args, '--brokers', broker.bootstrap];

  test('are created once, as the check wants them, and the list shows them', async () => {
    await using place = new Workplace();
    const missing = await place.ballast(over('topics', 'check', '--json'));
    assert.equal(missing.status, 78, missing.stderr);
    const { differences } = checked.parse(JSON.parse(missing.stdout));
    assert.ok(
      differences.length > 10 && differences.every(({ what, isFatal }) => what === 'topic' && isFatal),
    );
    for (const expected of ['created with 2 partitions: documents.raw', 'all 15 topics were there']) {
      const created = await place.ballast(over('topics', 'create', '--partitions', '2'));
      assert.equal(created.status, 0, created.stderr);
      assert.ok(created.stdout.includes(expected), created.stdout);
    }
    const check = await place.ballast(over('topics', 'check'));
    assert.deepEqual(
      [check.status, check.stdout],
      [0, '15 topics of 2 partitions are as planned\n'],
      check.stderr,
    );
    assert.match(
      (await place.ballast(over('topics', 'list'))).stdout,
      /^documents\.raw +2 partitions × 1 +0 messages$/m,
    );
  });

  test('rows arrive once, whatever becomes of the command, and are shown with what is invisible in them', async () => {
    await using place = new Workplace();
    const lines = documents('row', 3_000, writer(5));
    place.write('in.jsonl', `${jsonLines(lines)}{"text":"\u202Eevil"}\n${'x'.repeat(9 * 1024 * 1024)}\n`);
    const command = over('produce', '--input', 'in.jsonl', '--json', '--state', 'state');
    for (const ms of [600, 900, 1_200]) {
      const started = place.start(command);
      const kill = setTimeout(() => started.killGroup(), ms);
      await started.ended;
      clearTimeout(kill);
    }
    const last = await place.ballast(command);
    assert.equal(last.status, 0, last.stderr);
    const [counts] = produced.parse(JSON.parse(last.stdout)).files;
    assert.equal((counts?.sent ?? 0) + (counts?.known ?? 0), 3_002);
    const again = produced.parse(JSON.parse((await place.ballast(command)).stdout)).files[0];
    assert.deepEqual([again?.sent, again?.known], [0, 3_002]);
    assert.match((await place.ballast(over('topics', 'list'))).stdout, /^documents\.raw .* 3002 messages$/m);

    const shown = await place.ballast(over('consume', 'documents.raw', '--partition', '0', '--from', '1500'));
    assert.match(shown.stdout, /^documents\.raw\/0\/1500 /m);
    assert.match(shown.stdout, /\{"text":"\\u202eevil"\}/);
    const pointer = await place.ballast(
      over('consume', 'documents.raw', '--partition', '1', '--from', '1500', '--json'),
    );
    assert.match(pointer.stdout, /"ballast-unreadable":"too_large".*"value":null/);
  });

  test('a lag is the age of the oldest document that waits, and 0 where none does', async () => {
    await using place = new Workplace();
    const { stdout, status } = await place.ballast(over('lag'));
    assert.equal(status, 0);
    assert.match(stdout, /^detector +documents\.raw +3002 +[1-9]\d*\.\d s +never read$/m);
    assert.match(stdout, /^oversampler +documents\.verified +0 +0\.0 s/m);
  });
});

describe('a listener that asks who is there', () => {
  let broker: Broker;
  before(async () => {
    broker = await startBroker({ users: { admin: 'right', stranger: 'also-right' } });
  });
  after(() => broker.stop());

  /** The command as a user with a password. */
  const as = (place: Workplace, username: string, password: string, args: readonly string[]) => {
    const sasl = `{ mechanism: plain, username: ${username}, password: '\${PASSWORD}' }`;
    place.write('pipeline.yaml', `kafka:\n  brokers: ['${broker.bootstrap}']\n  sasl: ${sasl}\n`);
    return place.ballast([...args, '--config', 'pipeline.yaml'], { env: { PASSWORD: password } });
  };

  test('a wrong password ends with 77 within 10 s and is not printed', async () => {
    await using place = new Workplace();
    const started = performance.now();
    for (const command of [
      ['topics', 'check'],
      ['run', 'detector', '--state', 's'],
    ]) {
      const { status, stderr } = await as(place, 'admin', 'hunter2', command);
      assert.deepEqual([status, /BALLAST_KAFKA_LOGIN/.test(stderr)], [77, true], stderr);
      assert.doesNotMatch(stderr, /hunter2/);
    }
    assert.ok(performance.now() - started < 20_000);
  });

  test('a user without rights is told which one is missing', async () => {
    await using place = new Workplace();
    assert.equal((await as(place, 'admin', 'right', ['topics', 'create', '--partitions', '1'])).status, 0);
    for (const command of [
      ['topics', 'check'],
      ['run', 'detector', '--state', 's'],
      ['run', 'mixer', '--table', 't'],
    ]) {
      const { status, stderr } = await as(place, 'stranger', 'also-right', command);
      assert.deepEqual([status, /BALLAST_KAFKA_DENIED/.test(stderr)], [77, true], stderr);
      assert.match(stderr, /denies Describe on documents\.\w+/);
    }
  });
});
