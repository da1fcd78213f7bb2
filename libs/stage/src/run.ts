import { formatTopicPartition, refusalIn } from '@ballast/document';
import type { StageName, Verdict, Verdicts } from '@ballast/document';
import { Chain } from './chain.ts';
import { BallastError, PoisonError, RetryableError } from './errors.ts';
import type { Delivery, Routed, Sink, Source } from './ports.ts';
import { stageErrors } from './stage-errors.ts';
import type { Arrival, Json, Record, Stage } from './stage.ts';

/** What one delivery came to: `arrivals = redelivered + kept + rejected + deferred + dead`. */
export interface BatchReport {
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  /** Documents the delivery held. */
  readonly arrivals: number;
  /** At or below the high-water mark: seen before, nothing was done. */
  readonly redelivered: number;
  /** What was written, with its verdicts, in order. */
  readonly routed: readonly Routed[];
  /** Wall-clock milliseconds from taking the delivery to its ack. */
  readonly durationMs: number;
}

/** How {@link runStage} is wired. */
export interface RunOptions {
  readonly source: Source;
  /** Applied in this order to each batch; one message then carries all their verdicts. */
  readonly stages: readonly [Stage, ...Stage[]];
  readonly sink: Sink;
  /** Topic that a record with these verdicts goes to; pure. */
  readonly route: (verdicts: Verdicts) => string;
  /** Aborts long work inside a stage; the source ends by itself. */
  readonly signal: AbortSignal;
  /** Told after each ack. */
  readonly observe?: (report: BatchReport) => void;
  /** Waits before attempt n of a retryable failure, in milliseconds; its length bounds the retries. */
  readonly backoffMs?: readonly number[];
}

/**
 * The only loop in the system: take a delivery, remove what is at or below the high-water mark, pass
 * refused records through, process, assert one verdict per record, route, write, *then* snapshot, ack
 * and count. Returns when the source ends.
 *
 * Throws what a stage, sink or source throws, and BALLAST_CHAIN_* errors when the input chain shows
 * loss or a divergent writer; nothing after the last ack has then been acknowledged.
 */
export async function runStage(options: RunOptions): Promise<void> {
  const inputs = new Map<string, Chain>();
  for await (const delivery of options.source) {
    const started = performance.now();
    const input = formatTopicPartition(delivery.input);
    if (delivery.resume !== undefined || !inputs.has(input)) {
      inputs.set(input, Chain.resume(delivery.resume ?? undefined));
      restore(options.stages, delivery);
    }
    const chain = inputs.get(input) ?? Chain.resume(undefined);
    const fresh = delivery.arranged
      ? delivery.batch
      : delivery.batch.filter((arrival) => chain.admit(arrival));
    const verdicts = await judge(fresh, options);
    const routed = fresh.map((arrival, index): Routed => {
      const all = verdicts[index] ?? {};
      const topic = options.route(all);
      return { topic, arrival, verdicts: all, previous: chain.link(topic, arrival.position) };
    });
    if (routed.length > 0) await options.sink.write(routed);
    await delivery.ack({ ...chain.marks(), state: snapshot(options.stages, delivery) });
    options.observe?.({
      stage: options.stages.map((stage) => stage.name).join('+'),
      ...delivery.input,
      arrivals: delivery.batch.length,
      redelivered: delivery.batch.length - fresh.length,
      routed,
      durationMs: performance.now() - started,
    });
  }
}

/** Every arrival's verdicts after all stages, in order. */
async function judge(batch: readonly Arrival[], options: RunOptions): Promise<readonly Verdicts[]> {
  let verdicts: readonly Verdicts[] = batch.map((arrival) => arrival.verdicts);
  for (const stage of options.stages) verdicts = await applyStage(stage, batch, verdicts, options);
  return verdicts;
}

async function applyStage(
  stage: Stage,
  batch: readonly Arrival[],
  before: readonly Verdicts[],
  options: RunOptions,
): Promise<readonly Verdicts[]> {
  const after = [...before];
  const places: number[] = [];
  const records: Record[] = [];
  for (const [place, arrival] of batch.entries()) {
    const verdicts = before[place] ?? {};
    if (refusalIn(verdicts) !== undefined) continue;
    if (arrival.document === undefined) {
      after[place] = { ...verdicts, ...deadBy(stage, arrival.unreadable ?? 'unreadable') };
      continue;
    }
    places.push(place);
    records.push({ ...arrival, verdicts, document: arrival.document });
  }
  if (records.length === 0) return after;
  const results = await processWithRetries(stage, records, options);
  for (const [index, verdict] of results.entries()) {
    const place = places[index] ?? 0;
    after[place] = { ...before[place], [stage.name]: verdict };
  }
  return after;
}

async function processWithRetries(
  stage: Stage,
  records: readonly Record[],
  options: RunOptions,
): Promise<readonly Verdict[]> {
  const waits = options.backoffMs ?? [100, 400, 1_600, 6_400];
  for (let attempt = 0; ; attempt += 1) {
    try {
      return asserted(stage, records, await stage.process(records, options.signal));
    } catch (error) {
      if (error instanceof PoisonError) return await isolate(stage, records, options, error);
      const wait = waits[attempt];
      if (!(error instanceof RetryableError) || wait === undefined || options.signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** Finds the document that cannot be handled by going through the batch one by one. */
async function isolate(
  stage: Stage,
  records: readonly Record[],
  options: RunOptions,
  error: PoisonError,
): Promise<readonly Verdict[]> {
  if (records.length === 1) {
    const verdict = deadBy(stage, error.reason)[stage.name];
    return verdict === undefined ? [] : [verdict];
  }
  const verdicts: Verdict[] = [];
  for (const record of records) verdicts.push(...(await processWithRetries(stage, [record], options)));
  return verdicts;
}

function asserted(
  stage: Stage,
  records: readonly Record[],
  verdicts: readonly Verdict[],
): readonly Verdict[] {
  const foreign = verdicts.find((verdict) => verdict.stage !== stage.name);
  if (verdicts.length !== records.length || foreign !== undefined) {
    throw new BallastError(
      stageErrors.conservation,
      `runStage: ${stage.name} gave ${verdicts.length} verdicts for ${records.length} records` +
        (foreign === undefined ? '' : `, one of them of stage ${foreign.stage}`),
    );
  }
  return verdicts;
}

/** The verdict `dead` of a stage. The oversampler has none: what reaches it unread is a bug upstream. */
function deadBy(stage: Stage, reason: string): Verdicts {
  const name: StageName = stage.name;
  const { version } = stage;
  if (name === 'detect') return { detect: { stage: name, version, action: 'dead', reason } };
  if (name === 'verify') return { verify: { stage: name, version, action: 'dead', reason } };
  if (name === 'mix') return { mix: { stage: name, version, action: 'dead', reason } };
  throw new BallastError(
    stageErrors.conservation,
    `runStage: an unreadable record without a refusal (${reason}) reached ${name}`,
  );
}

function restore(stages: readonly Stage[], delivery: Delivery): void {
  const states = delivery.resume?.state;
  for (const stage of stages) stage.state?.restore(delivery.input, stateOf(states, stage.name));
}

function stateOf(states: Json | undefined, name: string): Json | undefined {
  if (typeof states !== 'object' || states === null || Array.isArray(states)) return undefined;
  return Object.entries(states).find(([key]) => key === name)?.[1];
}

function snapshot(stages: readonly Stage[], delivery: Delivery): Json {
  const states: { [name: string]: Json } = {};
  for (const stage of stages)
    if (stage.state !== undefined) states[stage.name] = stage.state.snapshot(delivery.input);
  return states;
}
