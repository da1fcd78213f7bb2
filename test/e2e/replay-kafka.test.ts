import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { formatReplayOf, pipelineSchema, replayHeader } from '@ballast/document';
import { openAppender, openBrokers, openClient } from '@ballast/kafka';
import { sha256OfValue } from '@ballast/stage';
import { z } from 'zod';
import { startBroker } from '../broker/broker.ts';
import type { Broker } from '../broker/broker.ts';
import { Workplace } from './cli.ts';
import type { Started } from './cli.ts';
import { assertAudited } from './holds.ts';
import { readStored } from './stored.ts';
import { attested, documents, jsonLines, writer } from './texts.ts';

/** Quality rules enforced, or only recorded and the stray source trusted. */
const configOf = (action: 'enforce' | 'annotate'): string => `
sources: [{ match: library-*, trust: human }, { match: stray, trust: ${action === 'enforce' ? 'none' : 'human'} }]
ingest: [{ topic: documents.raw, trusted: [source] }]
verify: { action: ${action}, code: 'off' }
mixer: { rowGroupDocuments: 64, shardBytes: 65536, maxHumanDelaySeconds: 2 }
kafka: { sessionTimeoutMs: 6000 }
`;
const measured = z.object({
  partitions: z.array(z.object({ group: z.string(), topic: z.string(), messages: z.number() })),
});
const reported = z.looseObject({ documents: z.number(), sent: z.number(), missing: z.number() });
const root = { topic: 'documents.raw', partition: 0, offset: 0n };

describe('replay over a broker', () => {
  let broker: Broker;
  before(async () => {
    broker = await startBroker();
  });
  after(() => broker.stop());

  test('refused documents come in once after the rules changed; a forged header has no effect', async () => {
    await using place = new Workplace();
    place.write('enforce.yaml', configOf('enforce'));
    place.write('annotate.yaml', configOf('annotate'));
    const write = writer(31);
    const poor = documents('poor', 12, () => `${write().split(' ').slice(0, 12).join(' ')}.`, {
      source: 'stray',
    });
    place.write('in.jsonl', jsonLines([...poor, ...documents('good', 20, write, attested)]));
    const over = (config: string): readonly string[] => ['--brokers', broker.bootstrap, '--config', config];
    const run = async (...args: readonly string[]): Promise<string> => {
      const { status, stdout, stderr } = await place.ballast(args);
      assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
      return stdout;
    };
    await run('topics', 'create', '--partitions', '2', ...over('enforce.yaml'));
    await run('produce', '--input', 'in.jsonl', '--state', 'produce', ...over('enforce.yaml'));
    await settle(place, over('enforce.yaml'));
    const first = await readStored(place.path('table'));
    assert.equal(first.filter(({ action }) => action === 'reject').length, 12);

    await appendForged(broker);
    const select = ['replay', '--table', 'table', '--action', 'reject', '--json', ...over('annotate.yaml')];
    const counted = reported.parse(JSON.parse(await run(...select)));
    assert.deepEqual([counted.documents, counted.sent], [12, 0]);
    // What documents.raw holds no longer is still in the topic it was refused to.
    await expire(broker);
    const killed = await place.ballast([...select, '--yes', '--rate', '4'], {
      env: { BALLAST_FAIL_AT: 'replay:sent@3' },
    });
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);
    const [plan = ''] = globSync('*.json', { cwd: place.path('table/ballast/replays') });
    const resume = ['--yes', '--resume', plan.replace('.json', '')];
    const again = reported.parse(JSON.parse(await run(...select, ...resume)));
    assert.deepEqual([again.sent, again.missing], [9, 0]);
    await settle(place, over('annotate.yaml'));

    const rows = await readStored(place.path('table'));
    for (const { id: name } of poor)
      assert.equal(rows.filter((row) => row.id === name && row.action === 'keep').length, 1, name);
    assert.equal(rows.filter((row) => row.text.includes('Junk')).length, 1, 'junk is a document of its own');
    await assertAudited(place);
  });
});

/** Runs the stages as services until nothing is on its way, and ends them. */
async function settle(place: Workplace, flags: readonly string[]): Promise<void> {
  const start = (stage: string, ...own: readonly string[]): Started =>
    place.start(['run', stage, ...own, ...flags]);
  const services = [
    start('detector+verifier', '--state', 'state'),
    start('oversampler', '--state', 'state'),
    start('mixer', '--table', 'table'),
  ];
  const ended = Promise.race(
    services.map(async ({ ended: end }) => `a service ended: ${(await end).stderr}`),
  );
  const limit = performance.now() + 90_000;
  // Twice in a row: a document between two stages is in no topic for a moment.
  for (let quiet = 0; quiet < 2;) {
    assert.ok(performance.now() < limit, 'everything is taken up within 90 s');
    const failed = await Promise.race([ended, delay(500, undefined)]);
    assert.ok(failed === undefined, String(failed));
    const { status, stdout } = await place.ballast(['lag', '--table', 'table', '--json', ...flags]);
    const behind = status === 0 ? measured.parse(JSON.parse(stdout)).partitions : [];
    const isQuiet = behind.length > 0 && behind.every(({ messages }) => messages === 0);
    quiet = isQuiet ? quiet + 1 : 0;
  }
  for (const { child } of services) child.kill('SIGTERM');
  for (const { ended: end } of services) {
    const { status, stderr } = await end;
    assert.equal(status, 0, stderr);
  }
}

/** A producer of junk names the first document as its root, once with that one's hash and once with its own. */
async function appendForged(broker: Broker): Promise<void> {
  const kafka = settingsOf(broker);
  await using appender = await openAppender(
    await openClient(kafka, { name: 'forger', insecure: false }, 'patient'),
  );
  const value = Buffer.from(
    JSON.stringify({ id: 'junk', source: attested.source, text: `Junk. ${writer(99)()}` }),
  );
  const headers = (sha256: string) => ({
    [replayHeader]: formatReplayOf({ root, sha256, replay: 'forged' }),
    'ballast-position': 'documents.raw/0/0',
    'ballast-verdict-detect': '{}',
  });
  await appender.append({ topic: root.topic, partition: 0 }, [
    { value, headers: headers(sha256OfValue(Buffer.from('another text'))) },
    { value: Buffer.from('not json'), headers: { [replayHeader]: 'junk' } },
  ]);
}

/** Lets the oldest messages of documents.raw expire. */
async function expire(broker: Broker): Promise<void> {
  await using brokers = await openBrokers(settingsOf(broker), { name: 'expire', insecure: false });
  const partitions = [0, 1].map((partition) => ({ partition, offset: '4' }));
  await brokers.admin.deleteTopicRecords({ topic: 'documents.raw', partitions });
}

function settingsOf(broker: Broker) {
  return pipelineSchema.parse({ kafka: { brokers: broker.bootstrap.split(',') } }).kafka;
}
