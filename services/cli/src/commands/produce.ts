import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { rawTopic } from '@ballast/document';
import { takeReplicaSlot, visible } from '@ballast/host';
import { openAppender, openClient, openPartitionReader } from '@ballast/kafka';
import type { Brokers } from '@ballast/kafka';
import { BallastError } from '@ballast/stage';
import type { Pipeline } from '@ballast/document';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { openInput } from '../input/index.ts';
import { brokerArgs, connectBrokers } from '../kafka/broker-flags.ts';
import { inputKey } from '../kafka/ingest-mark.ts';
import { Ingested } from '../kafka/ingested.ts';
import { produceFile } from '../kafka/produce-file.ts';
import type { ProduceCounts } from '../kafka/produce-file.ts';
import { parquetRows } from '../pipeline/parquet-rows.ts';
import { createProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { stopSignal } from '../stop-signal.ts';

const args = {
  input: {
    type: 'string',
    valueHint: 'FILE…',
    description: '.jsonl, .jsonl.gz, .jsonl.zst, .parquet, or - for standard input',
  },
  ...brokerArgs,
  topic: { type: 'string', valueHint: 'TOPIC', description: `Ingest topic; default ${rawTopic}` },
  source: { type: 'string', valueHint: 'NAME', description: 'Source of documents that name none' },
  state: {
    type: 'string',
    valueHint: 'DIR',
    description:
      'Where the position of each file is kept; default ~/.local/state/ballast. Without it the topic is read back whole',
  },
  json: { type: 'boolean', description: 'Print the final report as JSON' },
  quiet: { type: 'boolean', description: 'No progress' },
} as const;

/** `ballast produce`: files into an ingest topic, each row once however often the command is run or killed. */
export const produce: Command = {
  meta: {
    name: 'produce',
    description: 'Send files to an ingest topic, each row once however often it is run or killed.',
  },
  args,
  run: async (flags) => {
    const inputs = flags.texts('input');
    if (inputs.length === 0)
      throw new BallastError(cliErrors.usage, 'produce needs at least one --input FILE');
    using stop = stopSignal();
    await using brokers = await connectBrokers(flags, 'produce');
    const topic = flags.text('topic') ?? rawTopic;
    const partitions = await partitionsOf(brokers, topic);
    await using reader = await openPartitionReader(brokers.kafka, [topic]);
    await using appender = await openAppender(
      await openClient(
        brokers.pipeline.kafka,
        { name: 'produce', insecure: flags.on('insecure') },
        'patient',
      ),
    );
    const progress = createProgress({ quiet: flags.on('quiet') });
    const reports: FileReport[] = [];
    for (const input of inputs) {
      if (stop.signal.aborted) break;
      const run = { flags, brokers, topic, partitions, reader, appender, progress, signal: stop.signal };
      reports.push(await produceOne(input, run));
    }
    process.stdout.write(
      flags.on('json')
        ? `${JSON.stringify({ schemaVersion: 1, topic, partitions, files: reports })}\n`
        : reports.map(render).join(''),
    );
    const failures = reports.flatMap(({ file, error }) => (error === undefined ? [] : [{ file, error }]));
    for (const { file, error } of failures)
      process.stderr.write(visible(`${file}: ${error.code}: ${error.message}\n   fix: ${error.fix}\n`));
    return stop.signal.aborted ? 130 : (failures[0]?.error.exit ?? 0);
  },
};

interface FileReport extends ProduceCounts {
  readonly file: string;
  /** Why the rest could not be read; what was readable is in the topic. */
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly exit: number;
    readonly fix: string;
  };
}

interface Run extends Pick<
  Parameters<typeof produceFile>[0],
  'topic' | 'partitions' | 'appender' | 'signal'
> {
  readonly flags: Flags;
  readonly brokers: Brokers & { readonly pipeline: Pipeline };
  readonly reader: Awaited<ReturnType<typeof openPartitionReader>>;
  readonly progress: Progress;
}

async function produceOne(path: string, run: Run): Promise<FileReport> {
  const { flags, brokers, topic, partitions, reader, progress } = run;
  // What comes through a pipe cannot be read again, so each run of it is an input of its own.
  const name =
    path === '-' ? `- ${process.pid} ${Date.now()}` : await realpath(path).catch(() => resolve(path));
  const input = inputKey(name, partitions);
  using slot = await takeReplicaSlot(stateDirOf(flags), `produce-${input}`);
  if (!slot.dir.endsWith('-0'))
    throw new BallastError(cliErrors.producing, `${path}: another process is sending this file`);
  const ingested = new Ingested(join(slot.dir, 'position.json'), brokers.clusterId, topic);
  await ingested.readBack(
    brokers,
    reader,
    (key) => key.startsWith(`${input}.`),
    (left) => progress.offer(() => `reading ${topic} back: ${left} messages left`),
  );
  const started = performance.now();
  const { counts, failure } = await produceFile({
    ...run,
    input,
    ingested,
    source: flags.text('source'),
    rows: () => openInput(path, { parquet: parquetRows }),
    onProgress: (counts) => progress.offer(() => progressLine(path, counts, performance.now() - started)),
  });
  if (failure === undefined) return { file: path, ...counts };
  if (!(failure instanceof BallastError)) throw failure;
  const { code, message, exit, fix } = failure;
  return { file: path, ...counts, error: { code, message, exit, fix } };
}

async function partitionsOf({ admin, bootstrap }: Brokers, topic: string): Promise<number> {
  if (!(await admin.listTopics()).includes(topic))
    throw new BallastError(
      { ...cliErrors.noTopic, fix: `ballast topics create --brokers ${bootstrap}` },
      `there is no topic ${topic} that this user may see`,
    );
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.length ?? 1;
}

function stateDirOf(flags: Flags): string {
  const base = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  return flags.text('state') ?? join(base, 'ballast');
}

function progressLine(path: string, { rows, sent, bytes }: ProduceCounts, ms: number): string {
  const seconds = Math.max(ms, 1) / 1000;
  return `${path}: ${rows} rows, ${sent} sent, ${Math.round(sent / seconds)} documents/s, ${(bytes / 1e6 / seconds).toFixed(1)} MB/s`;
}

function render({ file, rows, sent, known, tooLarge, heldBack }: FileReport): string {
  const notes = [
    ...(tooLarge === 0 ? [] : [`${tooLarge} over 8 MiB as pointers`]),
    ...(heldBack === 0 ? [] : ['the last line has no end and waits for it']),
  ];
  return visible(
    `${file}: ${rows} rows, ${sent} sent, ${known} were there${notes.map((note) => `, ${note}`).join('')}\n`,
  );
}
