import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { admit, bandTruth, plant } from '@ballast/detect/evaluate';
import type { Source } from './held-out.ts';

/** Upper edge of the human band, and the cap that {@link CellResult.kept} is measured under. */
export const tau = 0.1;
export const cap = 0.2;
/** Arrivals of every draw. */
export const documents = 2_000;

/** Draws of one source at one true share. */
export interface Cell {
  readonly source: Source;
  readonly setting: string;
  readonly canaries: { readonly human: number; readonly synthetic: number };
  readonly share: number;
  readonly draws: number;
}

/** One number per draw; `bands` one per draw and band that holds at least two documents in a thousand. */
export interface CellResult {
  readonly corpus: string;
  readonly setting: string;
  readonly share: number;
  readonly errors: number[];
  /** 1 when the stated 95 % interval holds the true share. */
  readonly covered: number[];
  readonly width: number[];
  /** 1 when the true synthetic share of a band is at most its upper limit (P17). */
  readonly bands: number[];
  /** The same of the human band alone, which alone lets documents in unjudged. */
  readonly humanBand: number[];
  readonly calibrated: number[];
  readonly kept: number[];
  /** True synthetic share of what the cap let in. */
  readonly admitted: number[];
}

/** Measures cells on all cores, in the order given. */
export async function measureCells(
  cells: readonly Cell[],
  onDone: (done: number) => void,
): Promise<readonly CellResult[]> {
  const results: CellResult[] = [];
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url));
    try {
      for (let index = next++; index < cells.length; index = next++) {
        results[index] = await new Promise<CellResult>((resolve, reject) => {
          worker.once('error', reject);
          worker.once('message', (result: CellResult) => {
            worker.off('error', reject);
            resolve(result);
          });
          // oxlint-disable-next-line unicorn/require-post-message-target-origin
          worker.postMessage(cells[index]);
        });
        onDone((done += 1));
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}

function measureCell({ source, setting, canaries, share, draws }: Cell): CellResult {
  const cell: CellResult = {
    corpus: source.name,
    setting,
    share,
    errors: [],
    covered: [],
    width: [],
    bands: [],
    humanBand: [],
    calibrated: [],
    kept: [],
    admitted: [],
  };
  // Half a human row: a band that none of the source's hold is not known to be synthetic throughout.
  const unseen = (0.5 * (1 - share)) / source.source.human.length;
  for (let draw = 0; draw < draws; draw += 1) {
    const seed = `${source.name}/${share}/${setting}/${draw}`;
    const { estimate } = plant({ ...source, share, documents, canaries, tau, seed });
    cell.errors.push(estimate.share - share);
    cell.covered.push(Number(estimate.shareLower <= share && share <= estimate.shareUpper));
    cell.width.push(estimate.shareUpper - estimate.shareLower);
    const bands = bandTruth(source.source, estimate, share, tau);
    for (const [index, band] of bands.entries()) {
      if (band.documents < 0.002) continue;
      const truth = band.synthetic / (band.documents + unseen);
      const holds = Number(truth <= (estimate.bands[index]?.upper ?? 0));
      cell.bands.push(holds);
      if (index === 0) cell.humanBand.push(holds);
    }
    const admitted = admit(estimate, bands, cap);
    cell.kept.push(admitted.humansKept);
    cell.admitted.push(admitted.syntheticShare);
    cell.calibrated.push(Number(estimate.calibrated));
  }
  return cell;
}

if (!isMainThread) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.on('message', (cell: Cell) => parentPort?.postMessage(measureCell(cell)));
}
