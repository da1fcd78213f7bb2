import { canonicalise } from './canonical.ts';
import { plattFor } from './model/card.ts';
import type { Scorer } from './model/scorer.ts';
import { routeText } from './text/route.ts';
import type { Route } from './text/route.ts';

/** How a text can be judged: by the model with this llr (natural log, as the card calibrates it), or not at all. */
export type Scored =
  | { readonly route: 'english'; readonly llr: number }
  | { readonly route: Exclude<Route, 'english'>; readonly llr?: undefined };

/** Canonicalises, routes and scores texts, `batch` at a time, in order. Rejects with what the scorer rejects with, or when aborted. */
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
    const route = routeText(canonical);
    if (route === 'english') english.push({ place, canonical });
    scored.push(route === 'english' ? { route, llr: Number.NaN } : { route });
  }
  for (let start = 0; start < english.length; start += batch) {
    signal?.throwIfAborted();
    const part = english.slice(start, start + batch);
    const raw = await scorer.score(part.map(({ canonical }) => canonical));
    for (const [index, { place, canonical }] of part.entries()) {
      const { a, b } = plattFor(scorer.card.platt, canonical.length);
      scored[place] = { route: 'english', llr: a * (raw[index] ?? Number.NaN) + b };
    }
  }
  return scored;
}
