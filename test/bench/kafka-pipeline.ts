import { refusals, topicOf } from '@ballast/document';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ownBroker } from '../broker/shared.ts';
import { PipelineRun } from '../faults/kafka/pipeline-run.ts';
import { stages } from '../faults/kafka/progress.ts';
import type { Stage } from '../faults/kafka/progress.ts';
import type { ServiceSpec } from '../faults/kafka/supervisor.ts';
import { cpuMsOf } from './kafka-bare.ts';

/** End-to-end figures of the four services over one broker on this host. */
export interface PipelineFigure {
  /** From the moment all services work to the moment everything is in the table. */
  readonly documentsPerSecond: number;
  readonly cpuMs: { readonly [S in Stage | 'broker']: number };
  /** Share of a core that each service takes when nothing comes, over the time given. */
  readonly idleCores: { readonly [S in Stage]: number };
}

/**
 * Fills the ingest topic, starts the four services as processes and waits until the last document is
 * committed. The start of the processes is not counted: a first small part has gone through before.
 */
export async function measurePipeline(
  lines: readonly string[],
  kind: 'pass-through' | 'real',
  idleSeconds: number,
): Promise<PipelineFigure> {
  await using broker = await ownBroker({ size: 'bench' });
  await using run = new PipelineRun({
    bootstrap: broker.bootstrap,
    set: { seed: 0, count: 0, size: 0 },
    sessionTimeoutMs: 30_000,
    behaviour: behaviours[kind],
    spec: (stage) => (kind === 'pass-through' && stage !== 'mixer' ? passThroughSpec(run, stage) : {}),
  });
  await run.createTopics();
  run.start();
  const warm = lines.slice(0, 2_000);
  await run.produceLines(warm);
  await run.untilQuiet(120_000, moving);
  const before = new Map(stages.map((stage) => [stage, run.replicas(stage)[0]?.cpuMs ?? 0]));
  const pid = broker.nodes[0]?.pid ?? 0;
  // What is written while the stages already read costs CPU as in service; the clock runs from the first.
  const brokerBefore = cpuMsOf(pid);
  const since = performance.now();
  await run.produceLines(lines.slice(warm.length));
  await run.untilQuiet(600_000, moving);
  const seconds = (performance.now() - since) / 1_000;
  const used = (stage: Stage): number => (run.replicas(stage)[0]?.cpuMs ?? 0) - (before.get(stage) ?? 0);
  const cpuMs = {
    detector: used('detector'),
    verifier: used('verifier'),
    oversampler: used('oversampler'),
    mixer: used('mixer'),
    broker: cpuMsOf(pid) - brokerBefore,
  };
  await run.progress.close();
  await delay(2_000);
  const idleBefore = new Map(stages.map((stage) => [stage, run.replicas(stage)[0]?.cpuMs ?? 0]));
  await delay(idleSeconds * 1_000);
  const idle = (stage: Stage): number =>
    ((run.replicas(stage)[0]?.cpuMs ?? 0) - (idleBefore.get(stage) ?? 0)) / (idleSeconds * 1_000);
  const idleCores = {
    detector: idle('detector'),
    verifier: idle('verifier'),
    oversampler: idle('oversampler'),
    mixer: idle('mixer'),
  };
  return { documentsPerSecond: (lines.length - warm.length) / seconds, cpuMs, idleCores };
}

/** A service that judges nothing in the place of a stage's own; the mixer is always the real one. */
function passThroughSpec(run: PipelineRun, stage: Stage): Partial<ServiceSpec> {
  const main = new URL('pass-through.ts', import.meta.url).pathname;
  return { args: [main, stage, '--state', join(run.folder, 'state'), '--config', run.config] };
}

/** Half of the bench's documents are attested; with the real stages the model judges the other half. */
const behaviours = {
  'pass-through': ['mixer: { maxHumanDelaySeconds: 2 }'],
  real: [
    'sources:',
    '  - { match: "attested-*", trust: human }',
    '  - { match: "*", family: open }',
    'ingest: [{ topic: documents.raw, trusted: [source] }]',
    'mixer: { maxHumanDelaySeconds: 2 }',
  ],
} as const;

/** Lanes from which everything goes on; in the others documents may wait for their share. */
const moving = ['documents.human', ...refusals.map(topicOf)];
