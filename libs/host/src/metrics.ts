import { countTokens, originOfPool, stageNames } from '@ballast/document';
import type { Action, Amount, Origin, StageName, Verdicts } from '@ballast/document';
import type { BatchReport, Routed } from '@ballast/stage';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { FamilyGauges } from './family-metrics.ts';
import type { FamilyState } from './family-metrics.ts';
import { LabelBound, PartitionGauge } from './metric-bounds.ts';

/** The ways out of a stage as a label value. */
export type Outcome = 'kept' | 'rejected' | 'deferred' | 'dead';

/** Which ceiling: on unverified synthetic text, or on all synthetic text. */
export type Tier = 'unverified' | 'total';

/** Which text a bound speaks of. */
export type Scope = 'unit' | 'shard' | 'commit' | 'cumulative';

/** What identifies a build. */
export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
  readonly configHash: string;
  readonly detectorSha: string;
}

/** The metrics of one process; the only code that names a metrics library. */
export interface Metrics {
  /** Adds documents and tokens that left a stage by one of the four ways. */
  readonly count: (
    stage: StageName,
    outcome: Outcome,
    reason: string,
    origin: Origin,
    amount: Amount,
  ) => void;
  /** Seconds from taking a delivery to its ack; `detect+verify` for stages that share a process. */
  readonly observeDuration: (stage: string, seconds: number) => void;
  /** Counts everything a batch came to: give it to `runStage` as `observe`. */
  readonly recordBatch: (report: BatchReport) => void;
  /**
   * What a stage has not acked yet of a partition: records, and seconds since the oldest arrived (0 when
   * there is none). `detect+verify` for stages that share a process.
   */
  readonly setLag: (
    stage: string,
    topic: string,
    partition: number,
    lag: { readonly records: number; readonly seconds: number },
  ) => void;
  /** Upper bound of the synthetic token share, 0 to 1. */
  readonly setUpper: (tier: Tier, scope: Scope, ratio: number) => void;
  /** Ceiling of a tier, 0 to 1. */
  readonly setCap: (tier: Tier, ratio: number) => void;
  /** Adds committed shards. */
  readonly countShards: (shards: number) => void;
  /** Documents that went in and have no outcome: in − (kept + rejected + deferred + dead + waiting + in flight). */
  readonly setUnaccounted: (documents: number) => void;
  readonly setBuildInfo: (info: BuildInfo) => void;
  /** What the detector knows of its source families; replaces what was set before. */
  readonly setFamilies: (families: readonly FamilyState[]) => void;
  /** Whether the canaries have changed into something that cannot be read: the former ones stay in force. */
  readonly setCanariesRefused: (isRefused: boolean) => void;
  /** Text exposition of all metrics. */
  readonly text: () => Promise<string>;
  /** Content type of {@link Metrics.text}. */
  readonly contentType: string;
}

const outcomes: { readonly [A in Action]: Outcome } = {
  keep: 'kept',
  reject: 'rejected',
  defer: 'deferred',
  dead: 'dead',
};

/** prom-client calls these gauges `_total`, which promtool rejects: a gauge is no counter. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Milliseconds between two looks at the event loop: at the default of 10 they take 0.4 % of a core of an idle process. */
const loopDelayMs = 100;

/**
 * Metrics behind a small port. Every label value comes from a closed list or is bounded: beyond
 * {@link LabelBound}'s limits a reason becomes `other`, and a topic's lag is added up under `other`.
 * `processMetrics` (default true) adds CPU, memory and event-loop metrics of Node.
 */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics !== false) {
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopDelayMs });
    for (const name of misnamed) registry.removeSingleMetric(name);
  }
  const registers = [registry];
  const outcomeLabels = ['stage', 'outcome', 'reason', 'origin'] as const;
  const documents = new Counter({
    name: 'ballast_documents_total',
    help: 'Documents that left a stage, by the way out, its reason and the origin.',
    labelNames: outcomeLabels,
    registers,
  });
  const tokens = new Counter({
    name: 'ballast_tokens_total',
    help: 'Tokens of the documents that left a stage, by the way out, its reason and the origin.',
    labelNames: outcomeLabels,
    registers,
  });
  const duration = new Histogram({
    name: 'ballast_stage_duration_seconds',
    help: 'Time from taking a delivery to its ack.',
    labelNames: ['stage'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const lag = new Gauge({
    name: 'ballast_consumer_lag_records',
    help: 'Records of a partition that a stage has not acked yet.',
    labelNames: ['stage', 'topic', 'partition'] as const,
    registers,
  });
  const lagSeconds = new Gauge({
    name: 'ballast_consumer_lag_seconds',
    help: 'Age of the oldest record of a partition that a stage has not acked yet; 0 when there is none.',
    labelNames: ['stage', 'topic', 'partition'] as const,
    registers,
  });
  const upper = new Gauge({
    name: 'ballast_synthetic_upper_ratio',
    help: 'Upper confidence bound of the synthetic token share; compared with the cap.',
    labelNames: ['tier', 'scope'] as const,
    registers,
  });
  const cap = new Gauge({
    name: 'ballast_synthetic_cap_ratio',
    help: 'Ceiling on the upper bound of the synthetic token share.',
    labelNames: ['tier'] as const,
    registers,
  });
  const shards = new Counter({
    name: 'ballast_shards_committed_total',
    help: 'Shards committed to the table.',
    registers,
  });
  const unaccounted = new Gauge({
    name: 'ballast_unaccounted_documents',
    help: 'Documents that went in and have no outcome; anything but 0 is a loss or a double.',
    registers,
  });
  const build = new Gauge({
    name: 'ballast_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'commit', 'config_hash', 'detector_sha'] as const,
    registers,
  });

  const refused = new Gauge({
    name: 'ballast_canaries_refused',
    help: '1 while the canaries have changed into something that cannot be read: the former ones stay in force.',
    registers,
  });

  const families = new FamilyGauges(registry);
  const reasons = new LabelBound();
  const lags = new PartitionGauge(lag, (values) => values.reduce((sum, value) => sum + value, 0));
  const ages = new PartitionGauge(lagSeconds, (values) => Math.max(...values));
  const metrics: Metrics = {
    count(stage, outcome, reason, origin, amount) {
      const labels = { stage, outcome, reason: reasons.bound(`${stage} ${outcome}`, reason), origin };
      documents.inc(labels, amount.documents);
      tokens.inc(labels, amount.tokens);
    },
    observeDuration: (stage, seconds) => duration.observe({ stage: stageLabel(stage) }, seconds),
    recordBatch(report) {
      metrics.observeDuration(report.stage, report.durationMs / 1000);
      for (const { stage, outcome, reason, origin, amount } of tally(report))
        metrics.count(stage, outcome, reason, origin, amount);
    },
    setLag(stage, topic, partition, { records, seconds }) {
      lags.set(stageLabel(stage), topic, partition, records);
      ages.set(stageLabel(stage), topic, partition, seconds);
    },
    setUpper: (tier, scope, ratio) => upper.set({ tier, scope }, ratio),
    setCap: (tier, ratio) => cap.set({ tier }, ratio),
    countShards: (committed) => shards.inc(committed),
    setUnaccounted: (lost) => unaccounted.set(lost),
    setBuildInfo({ version, commit, configHash, detectorSha }) {
      build.reset();
      build.set({ version, commit, config_hash: configHash, detector_sha: detectorSha }, 1);
    },
    setFamilies: (states) => families.set(states),
    setCanariesRefused: (isRefused) => refused.set(Number(isRefused)),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
  return metrics;
}

interface Tally {
  readonly stage: StageName;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly origin: Origin;
  readonly amount: { documents: number; tokens: number };
}

/** What each stage of a report decided; records refused before it passed unprocessed and are not its own. */
function tally(report: BatchReport): Iterable<Tally> {
  const stages = stageNames.filter((stage) => report.stage.split('+').includes(stage));
  const sums = new Map<string, Tally>();
  for (const routed of report.routed) {
    const origin = originOf(routed.verdicts);
    const tokens = tokensOf(routed);
    for (const stage of stages) {
      const verdict = routed.verdicts[stage];
      // A stage also writes, untouched, what its own verdict was already on: that was counted when made.
      if (verdict === undefined || routed.arrival.verdicts[stage] !== undefined) continue;
      const outcome = outcomes[verdict.action];
      const key = `${stage} ${outcome} ${origin} ${verdict.reason}`;
      const sum = sums.get(key) ?? {
        stage,
        outcome,
        reason: verdict.reason,
        origin,
        amount: { documents: 0, tokens: 0 },
      };
      sum.amount.documents += 1;
      sum.amount.tokens += tokens;
      sums.set(key, sum);
    }
  }
  return sums.values();
}

function originOf(verdicts: Verdicts): Origin {
  const { detect } = verdicts;
  return detect !== undefined && 'pool' in detect ? originOfPool(detect.pool) : 'unknown';
}

/** The oversampler has counted them; before it they are counted here, and bytes that hold no document have none. */
function tokensOf({ arrival, verdicts }: Routed): number {
  if (verdicts.oversample !== undefined) return verdicts.oversample.tokens;
  return arrival.document === undefined ? 0 : countTokens(arrival.document.text);
}

function stageLabel(stage: string): string {
  return stage.split('+').every((part) => stageNames.some((name) => name === part)) ? stage : 'other';
}
