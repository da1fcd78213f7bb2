import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import kafkajs from 'kafkajs';
import type { Message } from 'kafkajs';
import { maxDocumentBytes, rawTopic } from '@ballast/document';
import { readShard } from '@ballast/shard';
import { committedFiles } from '../../../bench/committed.ts';
import { ownBroker } from '../../../broker/shared.ts';
import { lineOf } from '../documents.ts';
import type { DocumentSet } from '../documents.ts';
import { exactlyOnce, sized } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { PipelineRun } from '../pipeline-run.ts';
import { rawClient } from '../raw-topic.ts';

const { CompressionTypes } = kafkajs;

/**
 * F8: what no document can be read from, and a check that never ends, among good documents (even
 * slices); a batch of kilobytes that holds 100 MB (odd slices).
 */
export const poison: FaultCase = {
  id: 'F8',
  title: 'poison',
  target:
    'all of it in refused/ with its reason, or kept with an unknown check; nothing stuck; good ones 0/0',
  slices: 2,
  run: (context) => (context.slice % 2 === 0 ? feedPoison(context) : feedBomb(context)),
};

/** Values by the reason they must be found dead for. */
function poisons(): readonly (readonly [reason: string, value: Buffer | null])[] {
  const utf8 = (text: string): Buffer => Buffer.from(text);
  return [
    ['invalid_utf8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['empty_value', Buffer.alloc(0)],
    ['empty_value', null],
    ['not_json', utf8('{"id": "half')],
    ['not_json', randomBytes(300).fill(0x41)],
    ['not_an_object', utf8('[1, 2, 3]')],
    ['missing_text', utf8('{"id": "no-text"}')],
    ['wrong_types', utf8('{"id": "number", "text": 17}')],
    ['lone_surrogate', utf8('{"id": "lone", "text": "a \\ud800 b"}')],
    ['too_deep', utf8(`{"id": "deep", "text": "t", "metadata": ${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`)],
  ];
}

async function feedPoison(context: CaseContext): Promise<Outcome> {
  const set = { seed: context.seed, count: Math.max(1_000, sized(context, 5_000)), size: 600 };
  await using broker = await ownBroker();
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set });
  await run.createTopics();
  const all = poisons();
  const values: Message[] = all.map(([, value], index) => ({ partition: index % 4, value }));
  await send(broker.bootstrap, mixedIn(context, set, values));
  // A line of 50 MB from a file.
  const large = join(run.folder, 'large.jsonl');
  writeFileSync(large, `${JSON.stringify({ id: 'large', text: `l${'x '.repeat(25 * 2 ** 20)}` })}\n`);
  await run.produceFile(large);
  const endless = {
    id: 'endless',
    text: 'while True:\n    pass\n',
    source: 'attested-1',
    check: { kind: 'code', language: 'python', tests: 'assert True' },
  };
  await send(broker.bootstrap, [{ partition: 2, value: JSON.stringify(endless) }]);
  run.start();
  await run.untilQuiet();
  const isForeign = (id: string | null): boolean => !(id ?? '').startsWith(`f${set.seed}-`);
  const check = await run.finish({ isForeign });
  const found = await deadReasons(run.table);
  const expected = [...all.map(([reason]) => reason), 'too_large'];
  const failures = missing(expected, found).map((reason) => `no row of refused/ is dead for ${reason}`);
  const restarts = run.supervisor.services.reduce((sum, { exits }) => sum + exits.length, 0);
  return exactlyOnce(
    {
      documents: set.count + expected.length + 1,
      injected: { poison: expected.length + 1 },
      check,
      recoveryMs: [],
      figures: { 'services ended': restarts - 4 },
    },
    failures,
  );
}

async function feedBomb(context: CaseContext): Promise<Outcome> {
  const set = { seed: context.seed, count: 1_000, size: 600 };
  await using broker = await ownBroker();
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set });
  await run.createTopics();
  await run.produce();
  const bomb = JSON.stringify({ id: 'bomb', text: `b${' '.repeat(100 * 2 ** 20)}` });
  await send(broker.bootstrap, [{ partition: 1, value: bomb }], CompressionTypes.GZIP);
  run.start();
  await run.untilQuiet(60_000);
  const check = await run.finish({ isForeign: (id) => !(id ?? '').startsWith(`f${set.seed}-`) });
  const found = await deadReasons(run.table);
  return exactlyOnce(
    { documents: set.count + 1, injected: { bomb: 1 }, check, recoveryMs: [] },
    found.includes('too_large') ? [] : ['the bomb is not in refused/ as dead: too_large'],
  );
}

/** F9: documents about the greatest size, whose headers make the output larger than the input was. */
export const oversized: FaultCase = {
  id: 'F9',
  title: 'documents about the largest size, growing by their headers',
  target: 'up to 8 MiB kept, above dead: too_large, as a pointer; never tried for ever; others 0/0',
  slices: 1,
  run: outgrow,
};

async function outgrow(context: CaseContext): Promise<Outcome> {
  const set = { seed: context.seed, count: Math.max(1_000, sized(context, 5_000)), size: 600 };
  const large = 2 * Math.max(4, sized(context, 20));
  await using broker = await ownBroker();
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set });
  await run.createTopics();
  const values = Array.from({ length: large }, (_, index): Message => {
    const size = maxDocumentBytes + (index % 2 === 0 ? -1 : 1) * Math.floor(context.random() * 2 ** 20);
    const rest = JSON.stringify({ id: `large-${index}`, text: '', source: 'attested-0' }).length;
    const text = randomBytes(size)
      .toString('base64')
      .slice(0, size - rest);
    return {
      partition: index % 4,
      value: JSON.stringify({ id: `large-${index}`, text, source: 'attested-0' }),
    };
  });
  await send(broker.bootstrap, mixedIn(context, set, []));
  for (const value of values) await send(broker.bootstrap, [value]);
  run.start();
  const check = await run.finish({ isForeign: (id) => !(id ?? '').startsWith(`f${set.seed}-`) });
  const dead = (await deadReasons(run.table)).filter((reason) => reason === 'too_large').length;
  const kept = await keptIds(run.table, (id) => id.startsWith('large-'));
  return exactlyOnce(
    {
      documents: set.count + large,
      injected: { 'documents of 7 to 9 MiB': large },
      check,
      recoveryMs: [],
      figures: { 'dead: too_large': dead, 'kept of them': kept },
    },
    kept === large / 2 && dead === large / 2
      ? []
      : [`of ${large} large documents ${kept} are kept, ${dead} dead`],
  );
}

/** F10: the ingest topic holds documents twice and in disorder, as a producer without idempotence leaves it. */
export const doubledInput: FaultCase = {
  id: 'F10',
  title: 'duplicated and reordered input',
  target: 'exact copies are refused as duplicates, one of each is kept; nothing else is lost or doubled',
  slices: 1,
  run: doubleInput,
};

async function doubleInput(context: CaseContext): Promise<Outcome> {
  const set = { seed: context.seed, count: Math.max(2_000, sized(context, 20_000)), size: 600 };
  await using broker = await ownBroker();
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set });
  await run.createTopics();
  const messages: Message[] = [];
  const copies = new Map<number, number>();
  for (let index = 0; index < set.count; index += 1) {
    const message = { partition: index % 4, value: lineOf(set, index) };
    messages.push(message);
    if (context.random() >= 0.1) continue;
    // A retry: the same batch again, a little later, on its partition.
    messages.splice(Math.max(0, messages.length - Math.floor(context.random() * 50)), 0, message);
    copies.set(index, 1);
  }
  await send(broker.bootstrap, messages);
  run.start();
  const check = await run.finish({ copies: (index) => copies.get(index) ?? 0 });
  const failures =
    check.kept === set.count ? [] : [`${check.kept} documents are kept instead of ${set.count}`];
  return exactlyOnce(
    { documents: messages.length, injected: { copies: copies.size }, check, recoveryMs: [] },
    failures,
  );
}

/** The documents of the set with the others at random places between them. */
function mixedIn({ random }: CaseContext, set: DocumentSet, others: readonly Message[]): readonly Message[] {
  const all: Message[] = Array.from({ length: set.count }, (_, index) => ({
    partition: index % 4,
    value: lineOf(set, index),
  }));
  for (const other of others) all.splice(Math.floor(random() * all.length), 0, other);
  return all;
}

/** Writes messages in order per partition, one partition per send. */
async function send(
  bootstrap: string,
  messages: readonly Message[],
  compression = CompressionTypes.None,
): Promise<void> {
  const producer = rawClient(bootstrap, 'poisoner').producer({ idempotent: true });
  await producer.connect();
  for (let partition = 0; partition < 4; partition += 1) {
    const own = messages.filter((message) => message.partition === partition);
    for (let from = 0; from < own.length; from += 300)
      await producer.send({
        topic: rawTopic,
        acks: -1,
        compression,
        messages: own.slice(from, from + 300),
      });
  }
  await producer.disconnect();
}

async function deadReasons(table: string): Promise<readonly string[]> {
  const reasons: string[] = [];
  for (const file of committedFiles(table, 'refused'))
    for await (const row of readShard(file, 'refused'))
      if (row.action === 'dead') reasons.push(row.reason ?? '');
  return reasons;
}

async function keptIds(table: string, wanted: (id: string) => boolean): Promise<number> {
  let count = 0;
  for (const file of committedFiles(table, 'data'))
    for await (const row of readShard(file, 'data')) if (wanted(row.id ?? '')) count += 1;
  return count;
}

/** What of `expected` is not in `found`, each as often as it is missing. */
function missing(expected: readonly string[], found: readonly string[]): readonly string[] {
  const left = [...found];
  return expected.filter((reason) => {
    const place = left.indexOf(reason);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}
