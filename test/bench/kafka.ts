/**
 * Kafka figures: bare kafkajs loops per codec, Ballast's forward loop beside the bare one, and the four
 * services end to end.
 *
 *   npm run bench:kafka -- [--documents 20000] [--runs 3] [--idle 20] [--no-bare] [--no-forward] [--no-pipeline] [--json]
 *
 * Documents of 2 kB, one broker on the same cores. CPU is user and system time of the client and of
 * the broker; wall-clock figures say little on shared cores. Pass-through: detector, verifier and oversampler
 * give every document the same verdict unread; the mixer is the real one.
 */
import { execFileSync } from 'node:child_process';
import { z } from 'zod';
import { readFlags } from '../flags.ts';
import { ownBroker } from '../broker/shared.ts';
import { benchDocuments } from './documents.ts';
import { BareLoops, codecs } from './kafka-bare.ts';
import type { CodecName, LoopFigure } from './kafka-bare.ts';
import { measurePipeline } from './kafka-pipeline.ts';

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
const values = readFlags(import.meta.filename, {
  documents: { type: 'string', default: '20000' },
  runs: { type: 'string', default: '3' },
  idle: { type: 'string', default: '20' },
  'no-bare': { type: 'boolean', default: false },
  'no-forward': { type: 'boolean', default: false },
  'no-pipeline': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
});
const forwardSchema = z.object({ bare: z.number(), ballast: z.number(), idle: z.number() });
const [documents, runs] = [Number(values.documents), Number(values.runs)];
const lines = benchDocuments(documents);
const loops: { loop: string; codec: CodecName; figures: LoopFigure[] }[] = [];
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const names: readonly CodecName[] = ['none', 'gzip', 'zstd'];

if (!values['no-bare']) {
  await using broker = await ownBroker({ size: 'bench' });
  const bare = new BareLoops(broker.bootstrap, broker.nodes[0]?.pid ?? 0, lines);
  // Both processes compile while they run: a round that does not count.
  await bare.produce(await bare.createTopic(), 'none');
  for (const codec of names) {
    const [produce, consume, forward]: LoopFigure[][] = [[], [], []];
    for (let run = 0; run < runs; run += 1) {
      const [from, to] = [await bare.createTopic(), await bare.createTopic()];
      produce?.push(await bare.produce(from, codec));
      consume?.push(await bare.consume(from));
      forward?.push(await bare.forward(from, to, codec));
    }
    loops.push({ loop: 'bare produce', codec, figures: produce ?? [] });
    loops.push({ loop: 'bare consume', codec, figures: consume ?? [] });
    loops.push({ loop: 'bare forward', codec, figures: forward ?? [] });
    say(`bench: ${codec} of ${Object.keys(codecs).join(', ')} done`);
  }
}
const forward = values['no-forward'] ? undefined : measureForward();
const pipelines = values['no-pipeline']
  ? []
  : [
      { kind: 'pass-through', ...(await measurePipeline(lines, 'pass-through', Number(values.idle))) },
      { kind: 'real', ...(await measurePipeline(lines, 'real', Number(values.idle))) },
    ];

if (values.json) process.stdout.write(`${JSON.stringify({ documents, loops, forward, pipelines })}\n`);
else {
  process.stdout.write(`${documents} documents of 2 kB, median of ${runs} runs\n`);
  for (const { loop, codec, figures } of loops) {
    const of = (figure: (each: LoopFigure) => number): string =>
      median(figures.map((each) => figure(each))).toFixed(1);
    process.stdout.write(
      `  ${`${loop} ${codec}`.padEnd(20)} ${of((each) => each.documents / each.seconds).padStart(9)} docs/s; ` +
        `client ${of((each) => (each.clientMs * 2 ** 20) / each.bytes)}, broker ${of((each) => (each.brokerMs * 2 ** 20) / each.bytes)} CPU-ms per MiB; ` +
        `client ${of((each) => (each.clientMs * 1_000) / each.documents)} µs per document\n`,
    );
  }
  if (forward !== undefined) {
    const { bare, ballast, idle } = forward;
    process.stdout.write(
      `  forward zstd: Ballast ${ballast.toFixed(1)} µs of CPU per document, bare kafkajs ${bare.toFixed(1)}: ${(ballast / bare).toFixed(2)} × (goal 1.15); ` +
        `a source that finds nothing ${(100 * idle).toFixed(2)} % of a core\n`,
    );
  }
  for (const { kind, documentsPerSecond, cpuMs, idleCores } of pipelines) {
    const cpu = Object.entries(cpuMs).map(([who, ms]) => `${who} ${((ms * 1_000) / documents).toFixed(0)}`);
    const idle = Object.entries(idleCores).map(([who, share]) => `${who} ${(share * 100).toFixed(2)} %`);
    process.stdout.write(
      `  ${kind}: ${documentsPerSecond.toFixed(0)} docs/s end to end; CPU µs per document: ${cpu.join(', ')}; idle: ${idle.join(', ')} of a core\n`,
    );
  }
}
process.exit(0);

/** In a process of its own: what has run before must not have warmed one of the two loops. */
function measureForward() {
  const main = new URL('kafka-forward.ts', import.meta.url).pathname;
  const flags = ['--json', '--documents', String(documents), '--runs', String(Math.max(7, runs))];
  const args = ['--disable-warning=TimeoutNegativeWarning', main, ...flags];
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  return forwardSchema.parse(JSON.parse(execFileSync(process.execPath, args, { stdio }).toString()));
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;
}
