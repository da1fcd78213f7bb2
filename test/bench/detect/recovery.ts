import { applyFit, logit, plant, reliabilityOf, sigmoid } from '@ballast/detect/evaluate';
import type { Planted } from '@ballast/detect/evaluate';
import { cap, documents, measureCells, tau } from './cells.ts';
import type { CellResult } from './cells.ts';
import { meanSd, percent } from './goal.ts';
import type { GoalLine } from './goal.ts';
import type { Source } from './held-out.ts';

const shares = [0.02, 0.1, 0.3, 0.5, 0.8] as const;

/** Least share of the humans kept under the cap, by true share, with 100 canaries per label. */
const keptGoals = [
  { share: 0.05, least: 0.95 },
  { share: 0.2, least: 0.85 },
  { share: 0.5, least: 0.5 },
] as const;

interface Setting {
  readonly name: string;
  readonly human: number;
  readonly synthetic: number;
  /** Goal of the base rate; absent: for the record, with a quarter of the draws. */
  readonly goal?: { readonly error: number; readonly covers: number };
}

/** Only canaries of both labels give limits below 1, and let anything in. */
const isBounded = ({ human, synthetic }: Setting): boolean => human > 0 && synthetic > 0;

/** What is known of a source. */
const settings: readonly Setting[] = [
  { name: '100 canaries per label', human: 100, synthetic: 100, goal: { error: 0.015, covers: 0.93 } },
  { name: '100 human canaries', human: 100, synthetic: 0 },
  { name: 'no canaries', human: 0, synthetic: 0, goal: { error: 0.04, covers: 0.93 } },
];

/** Base-rate recovery, band limits and humans kept per corpus; `draws` per corpus and true share. */
export async function recoveryLines(sources: readonly Source[], draws: number): Promise<readonly GoalLine[]> {
  const planted = [...shares, 0.05, 0.2];
  const cells = settings.flatMap((setting) =>
    sources.flatMap((source) =>
      (isBounded(setting) ? planted : shares).map((share) => ({
        source,
        setting: setting.name,
        canaries: { human: setting.human, synthetic: setting.synthetic },
        share,
        draws: setting.goal === undefined ? Math.ceil(draws / 4) : draws,
      })),
    ),
  );
  const results = await measureCells(cells, (done) => {
    if (done % 10 === 0) process.stderr.write(`detect: ${done} of ${cells.length} cells of ${draws} draws\n`);
  });
  return settings.flatMap((setting) => {
    const own = results.filter((cell) => cell.setting === setting.name);
    return [
      ...shares.map((share) => shareLine(setting, share, own)),
      ...(isBounded(setting) ? boundLines(setting, own) : []),
    ];
  });
}

function boundLines(setting: Setting, cells: readonly CellResult[]): readonly GoalLine[] {
  return [
    bandLine(setting, cells, 'all bands', ({ bands }) => bands),
    bandLine(setting, cells, 'human band', ({ humanBand }) => humanBand),
    ...keptGoals.map((goal) => keptLine(setting, goal, cells)),
  ];
}

function shareLine({ name, goal }: Setting, share: number, cells: readonly CellResult[]): GoalLine {
  const own = cells.filter((cell) => cell.share === share);
  const biases = own.map((cell) => ({ corpus: cell.corpus, bias: meanSd(cell.errors).mean }));
  const worst = biases.reduce((a, b) => (Math.abs(b.bias) > Math.abs(a.bias) ? b : a));
  const error = meanSd(biases.map(({ bias }) => Math.abs(bias))).mean;
  const absolute = meanSd(own.flatMap((cell) => cell.errors.map(Math.abs))).mean;
  const covers = meanSd(own.flatMap((cell) => cell.covered)).mean;
  const width = meanSd(own.flatMap((cell) => cell.width)).mean;
  return {
    figure: `base rate, ${name}, true ${percent(share, 0)}: size of the mean error over ${own.length} corpora (worst); mean size of the error; 95 % interval covers, mean width`,
    goal:
      goal === undefined
        ? ''
        : `≤ ${(100 * goal.error).toFixed(1)} points, covers ≥ ${percent(goal.covers, 0)}`,
    measured: `${points(error)} (${points(worst.bias)}, ${worst.corpus}); ${points(absolute)}; ${percent(covers)}, ${points(width)}`,
    ...(goal === undefined ? {} : { isMet: error <= goal.error && covers >= goal.covers }),
  };
}

function points(share: number): string {
  return (100 * share).toFixed(1);
}

function bandLine(
  { name }: Setting,
  cells: readonly CellResult[],
  what: string,
  of: (cell: CellResult) => readonly number[],
): GoalLine {
  const filled = cells.filter((cell) => of(cell).length > 0);
  const covers = meanSd(filled.flatMap(of)).mean;
  const worst = filled
    .map((cell) => ({ cell, covers: meanSd(of(cell)).mean }))
    .reduce((a, b) => (b.covers < a.covers ? b : a));
  return {
    figure: `band limits (P17), ${name}, ${what}: true share below the upper limit, all cells; worst cell`,
    goal: '≥ 95 %',
    measured: `${percent(covers)}; ${percent(worst.covers)} (${worst.cell.corpus}, true ${percent(worst.cell.share, 0)})`,
    isMet: covers >= 0.95,
  };
}

function keptLine(
  { name }: Setting,
  { share, least }: (typeof keptGoals)[number],
  cells: readonly CellResult[],
): GoalLine {
  const own = cells.filter((cell) => cell.share === share);
  const kept = own.map((cell) => ({ corpus: cell.corpus, mean: meanSd(cell.kept).mean }));
  const worst = kept.reduce((a, b) => (b.mean < a.mean ? b : a));
  const admitted = own.flatMap((cell) => cell.admitted);
  const over = admitted.filter((value) => value > cap).length;
  const mean = meanSd(kept.map((one) => one.mean)).mean;
  return {
    figure: `humans kept under the cap of 0.20, ${name}, true ${percent(share, 0)}: mean; worst corpus; calibrated; draws truly over the cap`,
    goal: `≥ ${percent(least, 0)}`,
    measured: `${percent(mean)}; ${percent(worst.mean)} (${worst.corpus}); ${percent(meanSd(own.flatMap((cell) => cell.calibrated)).mean)}; ${over} of ${admitted.length}`,
    isMet: mean >= least,
  };
}

/** Draws of canaries behind every calibration error. */
const calibrationDraws = 20;

/** Calibration error of p per domain with at least 500 rows, and over all, at half synthetic. */
export function calibrationLines(sources: readonly Source[]): readonly GoalLine[] {
  return settings.map((setting): GoalLine => {
    const draws = Array.from({ length: calibrationDraws }, (_, draw) =>
      calibrationOf(sources, setting, draw),
    );
    const names = draws[0]?.domains.map(({ name }) => name) ?? [];
    const domains = names.map((name, i) => ({
      name,
      ece: meanSd(draws.map((draw) => draw.domains[i]?.ece ?? 0)).mean,
    }));
    const worst = domains.reduce((a, b) => (b.ece > a.ece ? b : a));
    const all = meanSd(draws.map(({ debiased }) => debiased)).mean;
    return {
      figure: `ECE of p, half synthetic, ${setting.name}, mean of ${calibrationDraws} draws: all domains in one pool (before taking off what the sample size shows); worst of ${domains.length} domains ≥ 500 rows; their mean`,
      goal: '≤ 0.02; ≤ 0.04',
      measured: `${all.toFixed(3)} (${meanSd(draws.map(({ raw }) => raw)).mean.toFixed(3)}); ${worst.ece.toFixed(3)} (${worst.name}); ${meanSd(domains.map(({ ece }) => ece)).mean.toFixed(3)}`,
      isMet: all <= 0.02 && worst.ece <= 0.04,
    };
  });
}

function calibrationOf(sources: readonly Source[], setting: Setting, draw: number) {
  const [p, labels]: [number[], boolean[]] = [[], []];
  const domains: { readonly name: string; readonly ece: number }[] = [];
  for (const source of sources) {
    const seed = `${source.name}/ece/${setting.name}/${draw}`;
    const own = probabilities(plant({ ...source, share: 0.5, documents, canaries: setting, tau, seed }));
    p.push(...own.p);
    labels.push(...own.labels);
    if (source.source.human.length + source.source.synthetic.length >= 500)
      domains.push({ name: source.name, ece: reliabilityOf(own.p, own.labels).eceDebiased });
  }
  const all = reliabilityOf(p, labels);
  return { raw: all.ece, debiased: all.eceDebiased, domains };
}

/** p of as many human as synthetic rows that are no canaries: the larger label is thinned evenly. */
function probabilities({ estimate, rest }: Planted): {
  readonly p: readonly number[];
  readonly labels: readonly boolean[];
} {
  const count = Math.min(rest.human.length, rest.synthetic.length);
  const thinned = (scores: readonly number[]): readonly number[] =>
    Array.from({ length: count }, (_, i) => scores[Math.floor((i * scores.length) / count)] ?? 0);
  const [human, synthetic] = [thinned(rest.human), thinned(rest.synthetic)];
  const p = [...human, ...synthetic].map((score) =>
    sigmoid(applyFit(estimate.fit, score) + logit(estimate.share)),
  );
  return { p, labels: p.map((_, i) => i >= human.length) };
}
