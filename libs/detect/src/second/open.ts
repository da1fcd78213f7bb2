import { fork } from 'node:child_process';
import type { Scorer, SecondLook } from '../model/scorer.ts';
import { combine, isUncertain } from './combine.ts';
import type { UncertainBand } from './combine.ts';
import { readSecondFolder } from './folder.ts';
import { Pool } from './pool.ts';
import type { Answer, SecondEvent } from './pool.ts';
import type { Sidecar } from './sidecar.ts';

/** The `detector.second` part of pipeline.yaml, and who is told of trouble. */
export interface SecondOptions {
  /** Folder of the classifier. */
  readonly model: string;
  /** Which texts are asked about: p of the first stage at even odds, inclusive. */
  readonly band: UncertainBand;
  /** Longest wait for one text, milliseconds. */
  readonly timeoutMs: number;
  readonly processes: number;
  readonly report: (event: SecondEvent) => void;
}

/**
 * Puts a user's classifier behind a scorer: texts that the first stage leaves uncertain are scored by both,
 * all others as before. Canaries pass both stages too, so what is calibrated is what is used; the id names
 * both models and the band, and the card's held-out domains become those of the classifier's `detector.json`.
 * Closing it ends the processes and the first scorer.
 *
 * Rejects with a BallastError BALLAST_DETECT_SECOND_* (exit 78) when the folder cannot be used; `first` is
 * then left open.
 */
export async function withSecond(first: Scorer, options: SecondOptions): Promise<Scorer> {
  const { band } = options;
  const { id, sidecar } = await readSecondFolder(options.model);
  const pool = await openPool(options);
  return {
    id: `${first.id}+${id}@${band.join('-')}`,
    card: { ...first.card, domains: sidecar.domains },
    score: (texts) => first.score(texts),
    second: secondLook(pool, sidecar, band),
    close: async () => {
      await pool.close();
      await first.close();
    },
  };
}

/** Starts the processes that score texts by the classifier of a checked folder. */
export async function openPool({
  model,
  timeoutMs,
  processes,
  report,
}: Omit<SecondOptions, 'band'>): Promise<Pool> {
  return await Pool.open({
    spawn: () =>
      fork(new URL('child.ts', import.meta.url), [model, String(process.pid)], {
        stdio: ['ignore', 2, 2, 'ipc'],
        execArgv: [],
      }),
    processes,
    timeoutMs,
    report,
  });
}

/** The second look over anything that answers like a {@link Pool}. */
export function secondLook(pool: Pick<Pool, 'score'>, sidecar: Sidecar, band: UncertainBand): SecondLook {
  return {
    wants: (llr) => isUncertain(llr, band),
    look: async (doubts, signal) => {
      const answers = await pool.score(
        doubts.map(({ canonical }) => canonical),
        signal,
      );
      return doubts.map(({ canonical, llr }, index) => {
        const answer: Answer = answers[index] ?? { unanswered: 'model_gave_no_score' };
        if ('unanswered' in answer) return answer;
        return { llr: combine(llr, answer.logOdds, canonical.length, sidecar) };
      });
    },
  };
}
