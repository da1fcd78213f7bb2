import { formatTopicPartition } from '@ballast/document';
import type {
  DetectJudgement,
  DetectVerdict,
  Pipeline,
  SourceEntry,
  TopicPartition,
  Trust,
} from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Json, Record, Snapshotted, Stage } from '@ballast/stage';
import { gatherArrivals } from './calibrate/arrivals.ts';
import { calibrate } from './calibrate/canaries.ts';
import type { Canary } from './calibrate/canaries.ts';
import { Estimates } from './calibrate/estimates.ts';
import type { EstimateContext } from './calibrate/estimates.ts';
import { binOf } from './calibrate/histogram.ts';
import { reportOf } from './calibrate/report.ts';
import type { FamilyReport } from './calibrate/report.ts';
import { Windows, windowsSchema } from './calibrate/windows.ts';
import { detectErrors } from './errors.ts';
import { detectVersion, judge } from './judge.ts';
import type { Scorer } from './model/scorer.ts';
import { cutoffMsOf } from './provenance/capture.ts';
import { examine } from './provenance/examine.ts';
import type { Provenance } from './provenance/examine.ts';
import type { ProvenanceProbe } from './provenance/probe.ts';
import { plainProbes, probesHash } from './provenance/probes.ts';
import { sourceRegistry } from './provenance/registry.ts';
import type { Registry, SourceFacts } from './provenance/registry.ts';
import { scoreTexts } from './score.ts';
import type { Scored } from './score.ts';
import { windowsPrefix } from './snapshots.ts';
import type { SnapshotStore } from './snapshots.ts';

/** Documents of a partition between two looks at whether its families' shares have moved. */
export const documentsPerLook = 512;

/** What the detector is built from. */
export interface DetectOptions {
  readonly scorer: Scorer;
  /** The `detector` part of pipeline.yaml. */
  readonly pipeline: Pipeline['detector'];
  /** The source registry of pipeline.yaml. */
  readonly sources: readonly SourceEntry[];
  /** What an ingest topic is trusted to say. */
  readonly trustOf: (ingestTopic: string) => ReadonlySet<Trust>;
  /** Documents of known origin that calibrate their source families. */
  readonly canaries: readonly Canary[];
  readonly store: SnapshotStore;
  /** Probes that need keys or trust anchors, beside those that every detector has. Default none. */
  readonly probes?: readonly ProvenanceProbe[];
  /**
   * Asked at every look: the canaries, if they have become others than those last given. They are scored, and
   * every later verdict names the calibration made of them. Default: the canaries stay what they are.
   */
  readonly renewCanaries?: () => Promise<readonly Canary[] | undefined>;
  /** Told how the families stand whenever verdicts begin to rest on other estimates. */
  readonly onEstimates?: (state: FamiliesState) => void;
}

/** How every family stands, and under which snapshots. */
export interface FamiliesState {
  readonly families: readonly FamilyReport[];
  readonly snapshots: Pick<DetectJudgement['snapshots'], 'model' | 'calibration' | 'prevalence'>;
}

/**
 * The detector: provenance first, then the text model, corrected per source family, fused with the
 * family's prevalence into p and the upper end of its interval, which decides pool and band.
 *
 * Verdicts are fixed by the bytes and the snapshots they name. A partition looks for moved shares after
 * every {@link documentsPerLook} of its own documents, wherever the batches are cut. The first batch
 * waits until the canaries are scored. Throws BALLAST_DETECT_CUTOFF; `process` rejects with what scorer
 * and store reject with, and may then be called again with the same batch.
 */
export function detect(options: DetectOptions): Stage<DetectVerdict> {
  const detector = new Detector(options);
  return {
    name: 'detect',
    version: detectVersion,
    process: (batch, signal) => detector.process(batch, signal),
    state: detector,
  };
}

interface Prepared {
  readonly facts: SourceFacts;
  readonly provenance: Provenance;
  scored: Scored | undefined;
}

class Detector implements Snapshotted {
  readonly #options: DetectOptions;
  readonly #registry: Registry;
  readonly #probes: readonly ProvenanceProbe[];
  readonly #probesHash: string | undefined;
  readonly #windows = new Map<string, Windows>();
  #canaries: readonly Canary[];
  /** What the canaries came to, once they are scored. */
  #opened: { readonly canaries: readonly Canary[]; readonly context: EstimateContext } | undefined;
  #estimates: Estimates | undefined;

  constructor(options: DetectOptions) {
    const cutoffMs = cutoffMsOf(options.pipeline.cutoff);
    if (cutoffMs === undefined) {
      throw new BallastError(
        detectErrors.cutoffInvalid,
        `detect: detector.cutoff "${options.pipeline.cutoff}" is no date`,
      );
    }
    this.#options = options;
    this.#canaries = options.canaries;
    this.#registry = sourceRegistry(options.sources);
    this.#probes = [...plainProbes(cutoffMs), ...(options.probes ?? [])];
    this.#probesHash = probesHash(options.probes ?? []);
  }

  restore(input: TopicPartition, snapshot: Json | undefined): void {
    const name = formatTopicPartition(input);
    if (snapshot === undefined) {
      this.#windows.set(name, new Windows());
      return;
    }
    const result = windowsSchema.safeParse(snapshot);
    if (!result.success) {
      throw new BallastError(detectErrors.snapshotInvalid, `detect: the state of ${name} cannot be read`, {
        cause: result.error,
      });
    }
    this.#windows.set(name, Windows.from(result.data));
  }

  snapshot(input: TopicPartition): Json {
    return (this.#windows.get(formatTopicPartition(input)) ?? new Windows()).toJSON();
  }

  async process(batch: readonly Record[], signal: AbortSignal): Promise<readonly DetectVerdict[]> {
    const first = batch[0];
    if (first === undefined) return [];
    let context = await this.#open();
    const prepared = await this.#prepare(batch, signal);
    const partition = formatTopicPartition(first.read);
    // A copy, so that a batch that fails halfway and is tried again counts once.
    const windows = Windows.from((this.#windows.get(partition) ?? new Windows()).toJSON());
    const verdicts: DetectVerdict[] = [];
    for (const subject of prepared) {
      verdicts.push(this.#judge(subject, context));
      const { facts, scored } = subject;
      if (scored?.route === 'english' && Number.isFinite(scored.llr))
        windows.count(facts.family, binOf(scored.llr));
      else windows.pass();
      if (windows.documents % documentsPerLook === 0) context = await this.#look(partition, windows, context);
    }
    this.#windows.set(partition, windows);
    return verdicts;
  }

  async #open(): Promise<EstimateContext> {
    const canaries = this.#canaries;
    if (this.#opened?.canaries === canaries) return this.#opened.context;
    const { scorer, pipeline, store } = this.#options;
    const calibration = await calibrate({
      scorer,
      canaries,
      registry: this.#registry,
      batch: pipeline.batch,
      store,
    });
    const context = { scorer, calibration, tau: pipeline.tau, store };
    // Published windows only: what is in memory was not published, so it must not sway a verdict.
    const estimates =
      (await Estimates.latest(context)) ??
      (await Estimates.follow(context, await gatherArrivals(store, new Map()), undefined));
    this.#opened = { canaries, context };
    this.#adopt(estimates, context);
    return context;
  }

  /** Verdicts rest on these estimates from here on. */
  #adopt(estimates: Estimates, { scorer, calibration }: EstimateContext): void {
    const isOther = this.#estimates?.version !== estimates.version;
    this.#estimates = estimates;
    if (!isOther) return;
    this.#options.onEstimates?.({
      families: estimates.all().map(reportOf),
      snapshots: {
        model: scorer.id,
        calibration: calibration.version,
        prevalence: estimates.version,
      },
    });
  }

  async #prepare(batch: readonly Record[], signal: AbortSignal): Promise<readonly Prepared[]> {
    const { scorer, pipeline, trustOf } = this.#options;
    const trust = new Map<string, ReadonlySet<Trust>>();
    const prepared: Prepared[] = [];
    for (const { document, position } of batch) {
      signal.throwIfAborted();
      const trusted = trust.get(position.topic) ?? trustOf(position.topic);
      trust.set(position.topic, trusted);
      const facts = this.#registry(document);
      const provenance = await examine({ document, facts, trust: trusted }, this.#probes);
      prepared.push({ facts, provenance, scored: undefined });
    }
    const open = [...batch.entries()].filter(([index]) => prepared[index]?.provenance.settled === undefined);
    const scored = await scoreTexts(
      open.map(([, { document }]) => document.text),
      scorer,
      pipeline.batch,
      signal,
    );
    for (const [place, [index]] of open.entries()) {
      const subject = prepared[index];
      if (subject !== undefined) subject.scored = scored[place];
    }
    return prepared;
  }

  #judge({ facts, provenance, scored }: Prepared, { calibration }: EstimateContext): DetectVerdict {
    const { pipeline, scorer } = this.#options;
    const estimates = this.#estimates;
    if (estimates === undefined) throw new TypeError('detect: judged before it was opened');
    const kind = scored === undefined || scored.route === 'english' ? undefined : scored.route;
    return judge(
      {
        facts,
        provenance,
        scored,
        estimate: estimates.of(facts.family),
        kindCanaries:
          kind === undefined ? undefined : calibration.families.get(facts.family)?.kinds.get(kind),
      },
      {
        tau: pipeline.tau,
        upper: pipeline.upper,
        snapshots: {
          model: scorer.id,
          calibration: calibration.version,
          prevalence: estimates.version,
          ...(this.#probesHash === undefined ? {} : { probes: this.#probesHash }),
        },
      },
    );
  }

  /**
   * Publishes the windows of this process's partitions, those too that are short of a look of their own, and
   * follows what all partitions, of other processes too, have seen, and what has become of the canaries.
   * Gives what to judge by from here on.
   */
  async #look(partition: string, windows: Windows, before: EstimateContext): Promise<EstimateContext> {
    const { store } = before;
    const own = new Map(this.#windows).set(partition, windows);
    for (const [name, seen] of own) await store.publish(`${windowsPrefix}${name}`, seen.toJSON());
    this.#canaries = (await this.#options.renewCanaries?.()) ?? this.#canaries;
    const context = await this.#open();
    const latest = (await Estimates.latest(context)) ?? this.#estimates;
    this.#adopt(await Estimates.follow(context, await gatherArrivals(store, own), latest), context);
    return context;
  }
}
