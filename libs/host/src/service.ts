import type { Pipeline, Trust, Verdicts } from '@ballast/document';
import { runStage } from '@ballast/stage';
import type { BatchReport, Stage, Topics } from '@ballast/stage';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';

/** What a stage is opened with. */
export interface StageContext {
  readonly pipeline: Pipeline;
  readonly topics: Topics;
  /** Folder of this host's state; a stage may keep an index of its own there. */
  readonly stateDir: string;
  /** Id of what positions belong to: the table over embedded topics, else the cluster. */
  readonly tableId: string;
  readonly logger: Logger;
  /** Of a process that serves; absent in a run over files. */
  readonly metrics?: Metrics;
}

/** A stage that is ready to run. */
export interface OpenedStage {
  readonly stage: Stage;
  close(): Promise<void>;
}

/** One of the stage services: what it reads, how it routes, and how its stage is opened. */
export interface StageService {
  readonly name: string;
  readonly reads: (topic: string) => boolean;
  /** Every topic that `route` can name. */
  readonly writes: readonly string[];
  readonly route: (verdicts: Verdicts) => string;
  readonly open: (context: StageContext) => Promise<OpenedStage>;
}

/** How long, over what, and watched by whom a service runs. */
export interface ServiceRun {
  readonly signal: AbortSignal;
  /** Default: all partitions. */
  readonly partitions?: readonly number[];
  /** True once nothing more will arrive on what it reads; default: it runs until the signal aborts. */
  readonly until?: () => boolean;
  readonly observe?: (report: BatchReport) => void;
  /** Told when every stage is open and the reading begins. */
  readonly onOpen?: () => void;
}

/** The consumer group of services that share a loop: joined and split processes never share offsets. */
export function groupOf(services: readonly StageService[]): string {
  return services.map(({ name }) => name).join('+');
}

/**
 * Runs services joined into one loop: reads what the first reads, applies
 * their stages in order, routes as the last does. Resolves when the source ends.
 */
export async function runServices(
  services: readonly [StageService, ...StageService[]],
  context: StageContext,
  run: ServiceRun,
): Promise<void> {
  const opened: OpenedStage[] = [];
  try {
    for (const service of services) opened.push(await service.open(context));
    const [first, ...others] = opened.map(({ stage }) => stage);
    if (first === undefined) return;
    run.onOpen?.();
    await runStage({
      source: context.topics.source({
        group: groupOf(services),
        topics: services[0].reads,
        signal: run.signal,
        ...(run.partitions === undefined ? {} : { partitions: run.partitions }),
        until: run.until ?? 'stopped',
      }),
      stages: [first, ...others],
      sink: context.topics.sink(),
      route: (services.at(-1) ?? services[0]).route,
      signal: run.signal,
      ...(run.observe === undefined ? {} : { observe: run.observe }),
    });
  } finally {
    for (const each of opened) await each.close();
  }
}

/** What each ingest topic is trusted to say: its own description, else the configuration. */
export function trustOf({
  pipeline,
  topics,
}: Pick<StageContext, 'pipeline' | 'topics'>): (topic: string) => ReadonlySet<Trust> {
  const known = new Map<string, ReadonlySet<Trust>>();
  return (topic) => {
    const found = known.get(topic);
    if (found !== undefined) return found;
    const entry = pipeline.ingest.find((ingest) => ingest.topic === topic);
    const trusted = new Set(topics.trustedOf(topic) ?? entry?.trusted ?? []);
    known.set(topic, trusted);
    return trusted;
  };
}
