import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PublishedReader } from '@ballast/detect';
import { readSources } from '@ballast/detector/open';
import { loadPipeline, visible } from '@ballast/host';
import { openPartitionReader, publishedTopic, readPublished } from '@ballast/kafka';
import { BallastError } from '@ballast/stage';
import { openTopics } from '@ballast/stage/embedded';
import type { Command } from '../command.ts';
import { addCanaries } from '../canaries/add.ts';
import { renderAdded, renderStatus } from '../canaries/render.ts';
import { statusOfCanaries } from '../canaries/status.ts';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { brokerArgs, connectBrokers } from '../kafka/broker-flags.ts';

const args = {
  ...brokerArgs,
  action: { type: 'positional', required: true, description: 'add, or status' },
  input: {
    type: 'string',
    valueHint: 'FILE…',
    description: 'With add: documents of known origin, JSON Lines with text, label and source',
  },
  label: {
    type: 'string',
    valueHint: 'LABEL',
    description: 'With add: human or synthetic, for every line, over its own',
  },
  source: { type: 'string', valueHint: 'NAME', description: 'With add: source of every line, over its own' },
  family: {
    type: 'string',
    valueHint: 'NAME',
    description: 'With add: source family they speak for; default the family of their source',
  },
  canaries: {
    type: 'string',
    valueHint: 'FILE',
    description: 'The canaries file; default detector.canaries of the configuration',
  },
  table: { type: 'string', valueHint: 'DIR', description: 'With status: dataset root whose arrivals count' },
  state: { type: 'string', valueHint: 'DIR', description: 'With status: embedded state; default DIR/_state' },
  json: { type: 'boolean', description: 'Print JSON' },
} as const;

/** `ballast canaries add | status`: documents of known origin, and what they let the detector say. */
export const canaries: Command = {
  meta: {
    name: 'canaries',
    description: 'add: documents of known origin; status: what more of them would release.',
  },
  args,
  run: async (flags) => {
    const [action] = flags.positionals;
    if (action === 'add') return await add(flags);
    if (action === 'status') return await status(flags);
    throw new BallastError(
      cliErrors.usage,
      'canaries has two forms: ballast canaries add --input FILE, ballast canaries status',
    );
  },
};

async function add(flags: Flags): Promise<number> {
  const files = flags.texts('input');
  if (files.length === 0) throw new BallastError(cliErrors.usage, 'canaries add needs --input FILE');
  const pipeline = loadPipeline(flags.text('config'));
  const into = flags.text('canaries') ?? pipeline.detector.canaries;
  const label = flags.text('label');
  if (into === undefined) {
    throw new BallastError(
      cliErrors.usage,
      'canaries add needs the file to add to: --canaries FILE, or --config with detector.canaries',
    );
  }
  if (label !== undefined && label !== 'human' && label !== 'synthetic')
    throw new BallastError(cliErrors.usage, `--label is ${label}, not human or synthetic`);
  const [source, family] = [flags.text('source'), flags.text('family')];
  const sources = await readSources(pipeline);
  const { added, known, unjudged } = await addCanaries({ files, into, label, source, family, sources });
  if (flags.on('json'))
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, file: into, added, known, unjudged })}\n`);
  else process.stderr.write(visible(renderAdded(into, { added, known, unjudged })));
  return 0;
}

async function status(flags: Flags): Promise<number> {
  const file = flags.text('canaries');
  const pipeline = loadPipeline(
    flags.text('config'),
    file === undefined ? {} : { detector: { canaries: file } },
  );
  const found = await withPublished(flags, (store) => statusOfCanaries(pipeline, store));
  process.stdout.write(
    flags.on('json')
      ? `${JSON.stringify({ schemaVersion: 1, ...found }, undefined, 2)}\n`
      : visible(renderStatus(found)),
  );
  return 0;
}

/** The values published on the brokers that the flags name, else in the state folder, else none. */
async function withPublished<T>(flags: Flags, use: (store: PublishedReader) => Promise<T>): Promise<T> {
  if (flags.texts('brokers').length > 0) {
    await using brokers = await connectBrokers(flags, 'canaries');
    if (!(await brokers.admin.listTopics()).includes(publishedTopic)) return await use(emptyStore);
    await using reader = await openPartitionReader(brokers.kafka, [publishedTopic]);
    return await use(readPublished(reader));
  }
  const table = flags.text('table');
  const state = flags.text('state') ?? (table === undefined ? undefined : join(table, '_state'));
  if (state === undefined || !existsSync(state)) return await use(emptyStore);
  await using topics = await openTopics(state);
  return await use(topics.published);
}

const emptyStore: PublishedReader = {
  read: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
};
