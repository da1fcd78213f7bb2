import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalise, detect, routeText } from '@ballast/detect';
import type { Scorer, SnapshotStore } from '@ballast/detect';
import { isUndone, reportOn } from '@ballast/detect/evaluate';
import { openScorer } from '@ballast/detect/onnx';
import { writeHeadAlone } from '@ballast/detect/train';
import type { HeldOut } from '@ballast/detect/train';
import { pipelineSchema } from '@ballast/document';
import type { Record } from '@ballast/stage';
import { percent } from './goal.ts';
import type { GoalLine } from './goal.ts';

const model = fileURLToPath(new URL('../../../libs/detect/model', import.meta.url));

/** Documents of each label that every edit is made on. */
const attacked = 1_500;

/**
 * What edits cost the shipped model. It has seen these rows, so only the loss means anything; texts are
 * canonical before the edit, which takes nothing away from it.
 */
export async function attackLines({ examples }: HeldOut): Promise<readonly GoalLine[]> {
  const scorer = await openScorer(model);
  const chosen = [false, true].flatMap((label) => {
    const rows = examples.filter(({ text, isSynthetic }) => isSynthetic === label && text.length >= 400);
    const step = Math.max(1, Math.floor(rows.length / attacked));
    return rows.filter((_, i) => i % step === 0);
  });
  const { attacks } = await reportOn({ scorer, documents: chosen, batch: 256, attacked });
  await scorer.close();
  const clean = attacks.find(({ attack }) => attack === 'none');
  return attacks.flatMap((one): readonly GoalLine[] => {
    if (clean === undefined || one.attack === 'none') return [];
    const [before, after] = [clean.tprAt1 ?? 0, one.tprAt1 ?? 0];
    const loss = 100 * (before - after);
    const hasGoal = isUndone(one.attack);
    return [
      {
        figure: `edit ${one.attack}, ${one.synthetic} synthetic and ${one.human} human documents: TPR at the frozen 1 % threshold clean / edited, loss; FPR clean / edited`,
        goal: hasGoal ? 'loss ≤ 1 point' : '',
        measured: `${percent(before)} / ${percent(after)}, ${loss.toFixed(1)} points; ${percent(clean.fprAt1 ?? 0)} / ${percent(one.fprAt1 ?? 0)}`,
        ...(hasGoal ? { isMet: loss <= 1 } : {}),
      },
    ];
  });
}

/**
 * Documents per CPU-second of canonicaliser, router, features and ONNX on texts of 2 kB, for the shipped model
 * and for its word head alone: median of {@link speedRuns} runs each, which take turns. The examples are
 * canonical already, so that the canonicaliser has only to see it; hence a row where it has work.
 */
export async function speedLines({ examples }: HeldOut): Promise<readonly GoalLine[]> {
  const texts = examples
    .filter(({ text }) => text.length >= 1_900)
    .slice(0, 2_000)
    .map(({ text }) => text);
  const folder = await mkdtemp(join(tmpdir(), 'ballast-word-head-'));
  await writeHeadAlone(model, 'word', folder);
  const [whole, word] = [await openScorer(model), await openScorer(folder)];
  await rm(folder, { recursive: true });
  const measured = [
    { what: 'three heads', goal: 3_000, texts, scorer: whole },
    {
      what: 'three heads, lines and curly quotes to undo',
      goal: 3_000,
      texts: texts.map(asTyped),
      scorer: whole,
    },
    { what: 'word head alone', goal: 8_000, texts, scorer: word },
  ].map((one) => ({ ...one, rates: new Array<number>() }));
  // The first run compiles.
  for (let run = 0; run <= speedRuns; run += 1) {
    for (const { scorer, texts: given, rates } of measured) {
      const rate = await rateOf(scorer, given);
      if (run > 0) rates.push(rate);
    }
  }
  await Promise.all([whole.close(), word.close()]);
  return measured.map(({ what, goal, rates }) => {
    const sorted = rates.toSorted((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    return {
      figure: `documents of 2 kB per CPU-second, ${what}, canonicaliser to ONNX: median (range of ${rates.length})`,
      goal: `≥ ${goal.toLocaleString('en')}`,
      measured: `${median.toFixed(0)} (${(sorted[0] ?? 0).toFixed(0)} to ${(sorted.at(-1) ?? 0).toFixed(0)})`,
      isMet: median >= goal,
    };
  });
}

const speedRuns = 9;

/** Sentences on lines of their own and opening quotes for plain ones, as pages have them. */
function asTyped(text: string): string {
  return text.replaceAll('. ', '.\n').replaceAll('"', '“');
}

async function rateOf(scorer: Scorer, texts: readonly string[]): Promise<number> {
  const before = process.cpuUsage();
  for (let start = 0; start < texts.length; start += 256) {
    const canonical = texts.slice(start, start + 256).map(canonicalise);
    await scorer.score(canonical.filter((text) => routeText(text) === 'english'));
  }
  const { user, system } = process.cpuUsage(before);
  return (1e6 * texts.length) / (user + system);
}

const partitions = 4;

/**
 * The same documents of four partitions judged by the shipped model: in one stage or one for each partition
 * with a model of its own, as workers have, in batches of several sizes; every verdict compared byte by byte.
 */
export async function determinismLines({ examples }: HeldOut): Promise<readonly GoalLine[]> {
  const step = Math.floor(examples.length / 1_600);
  const texts = examples.filter((_, i) => i % step === 0).map(({ text }) => text);
  const runs = [
    { stages: 1, batch: 400 },
    { stages: 1, batch: 1 },
    { stages: 1, batch: 37 },
    { stages: partitions, batch: 400 },
    { stages: partitions, batch: 37 },
  ];
  const verdicts: (readonly string[])[] = [];
  for (const run of runs) verdicts.push(await verdictsOf(texts, run.stages, run.batch));
  const differing = verdicts
    .slice(1)
    .reduce((sum, run) => sum + run.filter((one, i) => one !== verdicts[0]?.[i]).length, 0);
  return [
    {
      figure: `determinism: ${texts.length} documents, batches of 400, 37 and 1, one or ${partitions} workers: verdicts that differ by a byte`,
      goal: '0',
      measured: String(differing),
      isMet: differing === 0,
    },
  ];
}

async function verdictsOf(
  texts: readonly string[],
  stages: number,
  batch: number,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(600_000);
  const store = memoryStore();
  const scorers = await Promise.all(Array.from({ length: stages }, () => openScorer(model)));
  const pipeline = pipelineSchema.parse({}).detector;
  const running = scorers.map((scorer) =>
    detect({ scorer, pipeline, sources: [], canaries: [], store, trustOf: () => new Set() }),
  );
  const found: string[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const own = [...texts.entries()].filter(([i]) => i % partitions === partition);
    const stage = running[partition % stages];
    for (let start = 0; start < own.length; start += batch) {
      const part = own.slice(start, start + batch);
      const records = part.map(([, text], i) => recordOf(text, partition, start + i));
      const judged = (await stage?.process(records, signal)) ?? [];
      for (const [i, verdict] of judged.entries()) found[part[i]?.[0] ?? 0] = JSON.stringify(verdict);
    }
  }
  await Promise.all(scorers.map((scorer) => scorer.close()));
  return found;
}

function recordOf(text: string, partition: number, offset: number): Record {
  const position = { topic: 'documents.raw', partition, offset: BigInt(offset) };
  const document = { id: `d${partition}-${offset}`, source: 'bench', text };
  return {
    position,
    read: position,
    previous: undefined,
    value: new Uint8Array(),
    verdicts: {},
    unreadable: undefined,
    document,
  };
}

function memoryStore(): SnapshotStore {
  const values = new Map<string, Awaited<ReturnType<SnapshotStore['read']>>>();
  return {
    read: (name) => Promise.resolve(values.get(name)),
    publish: (name, value) => {
      const version = String(values.size + 1);
      values.set(name, { version, value });
      return Promise.resolve(version);
    },
    list: (prefix) =>
      Promise.resolve([...values.keys()].filter((name) => name.startsWith(prefix)).toSorted()),
  };
}
