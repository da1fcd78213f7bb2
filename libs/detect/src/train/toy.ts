import { seeded } from '../calibrate/random.ts';
import type { LabelledRow } from './corpus.ts';

const common = 'the of and to that it with was on they from this but not we were have had would there'.split(
  ' ',
);
const humanWords = 'dog mud kitchen broke laughed cheap rain yelled bus weird stuff honest soup nails'.split(
  ' ',
);
const syntheticWords = 'tapestry delve vibrant nestled realm bustling seamless robust testament embark'.split(
  ' ',
);

/**
 * Labelled rows for tests: English function words, words that lean to one label, and names that lean to one
 * domain. `strength` 0 makes the labels alike, 1 keeps their words apart.
 */
export function toyRows(perDomainAndLabel: number, strength = 0.4, domains = 4): LabelledRow[] {
  const random = seeded('toy');
  const pick = (from: readonly string[]): string => from[Math.floor(random.uniform() * from.length)] ?? '';
  const rows: LabelledRow[] = [];
  for (let domain = 0; domain < domains; domain += 1) {
    for (const label of ['human', 'machine'] as const) {
      for (let row = 0; row < perDomainAndLabel; row += 1) {
        const own = random.uniform() < (1 + strength) / 2 === (label === 'human');
        const words = Array.from({ length: 40 + Math.floor(random.uniform() * 120) }, () => {
          const kind = random.uniform();
          if (kind < 0.6) return pick(common);
          if (kind < 0.75) return `topic${domain}x${Math.floor(random.uniform() * 20)}`;
          return pick(own ? humanWords : syntheticWords);
        });
        rows.push({
          id: `${domain}-${label}-${row}`,
          text: `${words.join(' ')}.`,
          label,
          domain: `domain${domain}`,
          source: 'toy',
          licence: 'CC0',
          lang: 'en',
        });
      }
    }
  }
  return rows;
}
