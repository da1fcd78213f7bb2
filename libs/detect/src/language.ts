import { canonicalise } from './canonical.ts';
import { routeWithLanguage } from './text/route.ts';
import type { Language } from './text/stretches.ts';

export type { Language } from './text/stretches.ts';

/**
 * Names the language of a text as the detector sees it: ISO 639-1, with the share of its letters that are
 * in it. Looks at the beginning and at six stretches of the rest, so its work is bounded. Undefined for
 * code and where too few letters tell.
 */
export function identifyLanguage(text: string): Language | undefined {
  return routeWithLanguage(canonicalise(text), text).language;
}
