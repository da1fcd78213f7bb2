import { canonicalise } from './canonical.ts';
import { plattFor } from './model/card.ts';
import type { NoScore, Scorer, SecondLook } from './model/scorer.ts';
import { routeWithLanguage } from './text/route.ts';
import type { Route } from './text/route.ts';
import type { Language } from './text/stretches.ts';

/**
 * How a text can be judged: by the model with this llr (natural log, as the card calibrates it), or not at
 * all. An llr that is no number comes with the reason where the second stage failed at the text.
 */
export type Scored = { readonly language?: Language } & (
  | { readonly route: 'english'; readonly llr: number; readonly unanswered?: NoScore }
  | { readonly route: Exclude<Route, 'english'>; readonly llr?: undefined }
);

/**
 * Canonicalises, routes and scores texts, `batch` at a time, in order; what the score leaves uncertain is
 * looked at again by the scorer's second stage, if it has one. Rejects with what the scorer rejects with,
 * or when aborted.
 */
export async function scoreTexts(
  texts: readonly string[],
  scorer: Scorer,
  batch: number,
  signal?: AbortSignal,
): Promise<readonly Scored[]> {
  const scored: Scored[] = [];
  const english: { readonly place: number; readonly canonical: string }[] = [];
  for (const [place, text] of texts.entries()) {
    const canonical = canonicalise(text);
    const { route, ...seen } = routeWithLanguage(canonical, text);
    if (route === 'english') english.push({ place, canonical });
    scored.push(route === 'english' ? { ...seen, route, llr: Number.NaN } : { ...seen, route });
  }
  for (let start = 0; start < english.length; start += batch) {
    signal?.throwIfAborted();
    const part = english.slice(start, start + batch);
    const raw = await scorer.score(part.map(({ canonical }) => canonical));
    for (const [index, { place, canonical }] of part.entries()) {
      const { a, b } = plattFor(scorer.card.platt, canonical.length);
      scored[place] = { ...scored[place], route: 'english', llr: a * (raw[index] ?? Number.NaN) + b };
    }
  }
  if (scorer.second !== undefined) await lookAgain(english, scored, scorer.second, signal);
  return scored;
}

/** Replaces the scores that the second stage wants to see by what both stages make of the text. */
async function lookAgain(
  english: readonly { readonly place: number; readonly canonical: string }[],
  scored: Scored[],
  second: SecondLook,
  signal: AbortSignal | undefined,
): Promise<void> {
  const doubts = english
    .map(({ place, canonical }) => ({ place, canonical, llr: scored[place]?.llr ?? Number.NaN }))
    .filter(({ llr }) => Number.isFinite(llr) && second.wants(llr));
  if (doubts.length === 0) return;
  const answers = await second.look(doubts, signal);
  for (const [index, { place }] of doubts.entries()) {
    const answer = answers[index] ?? { unanswered: 'model_gave_no_score' };
    scored[place] = { ...scored[place], route: 'english', llr: Number.NaN, ...answer };
  }
}
