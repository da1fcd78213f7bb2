import type { Record } from '@ballast/stage';
import { gatherArrivals } from './calibrate/arrivals.ts';
import { calibrate } from './calibrate/canaries.ts';
import { Estimates } from './calibrate/estimates.ts';
import { binOf } from './calibrate/histogram.ts';
import { mergeArrivals, Windows, windowsSchema } from './calibrate/windows.ts';
import type { DetectOptions } from './detect.ts';
import { cutoffMsOf } from './provenance/capture.ts';
import { examine } from './provenance/examine.ts';
import { plainProbes } from './provenance/probes.ts';
import { sourceRegistry } from './provenance/registry.ts';
import { scoreTexts } from './score.ts';
import { readSnapshot, surveyName, windowsPrefix } from './snapshots.ts';
import type { SnapshotStore } from './snapshots.ts';

/** Documents a survey scores at most, per family and in all. */
const surveyLimits = { perFamily: 2_000, inAll: 10_000 } as const;

/** What a survey is taken with. */
export interface SurveyOptions extends DetectOptions {
  /** Arrivals of the run in any order that is fair to its sources; read only as far as needed. */
  readonly arrivals: AsyncIterable<Record>;
  /** Documents to score in all; default 10,000. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/**
 * Looks at raw arrivals before the stage starts and publishes the first estimates from them, so that
 * the first documents of a run are not judged blind. Attested and declared documents, and those the
 * model cannot judge, are passed over, as the stage's own windows do. Gives the number scored.
 */
export async function survey(options: SurveyOptions): Promise<number> {
  const { scorer, pipeline, store, canaries, limit = surveyLimits.inAll } = options;
  const registry = sourceRegistry(options.sources);
  const probes = [...plainProbes(cutoffMsOf(pipeline.cutoff) ?? 0), ...(options.probes ?? [])];
  const windows = new Windows();
  const counts = new Map<string, number>();
  let scored = 0;
  let waiting: { readonly family: string; readonly text: string }[] = [];
  const flush = async (): Promise<void> => {
    const results = await scoreTexts(
      waiting.map(({ text }) => text),
      scorer,
      pipeline.batch,
      options.signal,
    );
    for (const [index, { family }] of waiting.entries()) {
      const llr = results[index]?.llr;
      if (llr === undefined || !Number.isFinite(llr)) continue;
      windows.count(family, binOf(llr));
      scored += 1;
    }
    waiting = [];
  };
  for await (const { document, position } of options.arrivals) {
    const facts = registry(document);
    const count = counts.get(facts.family) ?? 0;
    const trust = options.trustOf(position.topic);
    const { settled } = await examine({ document, facts, trust }, probes);
    if (settled === undefined && count < surveyLimits.perFamily) {
      counts.set(facts.family, count + 1);
      waiting.push({ family: facts.family, text: document.text });
    }
    if (waiting.length >= pipeline.batch) await flush();
    if (scored + waiting.length >= limit) break;
  }
  await flush();
  await store.publish(surveyName, { windows: windows.toJSON(), counted: await countedSoFar(store) });
  const calibration = await calibrate({ scorer, canaries, registry, batch: pipeline.batch, store });
  const context = { scorer, calibration, tau: pipeline.tau, store };
  await Estimates.follow(context, await gatherArrivals(store, new Map()), await Estimates.latest(context));
  return scored;
}

async function countedSoFar(
  store: SnapshotStore,
): Promise<readonly { readonly family: string; readonly seen: number }[]> {
  const parts: Windows[] = [];
  for (const name of await store.list(windowsPrefix)) {
    const published = await readSnapshot(store, name, windowsSchema);
    if (published !== undefined) parts.push(Windows.from(published.value));
  }
  return [...mergeArrivals(parts)].map(([family, { seen }]) => ({ family, seen }));
}
