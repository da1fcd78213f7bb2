import { seeded } from '../seeded.ts';

const consonants = 'b c d f g h j k l m n p r s t v w br cr dr fl gr pl pr sh st th tr'.split(' ');
const vowels = 'a e i o u ai ea ou'.split(' ');
const small = 'the of and to in that it was for with as be have on by this from not are but'.split(' ');

/**
 * JSON lines of documents of about 2 kB that pass the quality rules: sentences of invented words with
 * a natural spread of frequencies, in paragraphs. The same start gives the same lines.
 */
export function benchDocuments(count: number, start = 0): readonly string[] {
  return Array.from({ length: count }, (_, index) => benchDocument(start + index));
}

function benchDocument(number: number): string {
  const random = seeded(number + 1);
  const paragraphs: string[] = [];
  let length = 0;
  while (length < 1_900) {
    const sentences = Array.from({ length: 3 + Math.floor(random() * 4) }, () => sentence(random));
    const paragraph = sentences.join(' ');
    paragraphs.push(paragraph);
    length += paragraph.length + 1;
  }
  const source = `${number % 2 === 0 ? 'attested' : 'open'}-${number % 7}`;
  return JSON.stringify({ id: `bench-${number}`, text: paragraphs.join('\n'), source });
}

function sentence(random: () => number): string {
  const words = Array.from({ length: 8 + Math.floor(random() * 14) }, () => word(random));
  const [first = 'the', ...rest] = words;
  return `${first.charAt(0).toUpperCase()}${first.slice(1)} ${rest.join(' ')}.`;
}

function word(random: () => number): string {
  if (random() < 0.45) return small[Math.floor(random() ** 2 * small.length)] ?? 'the';
  // Frequent words have low numbers: the square root of a uniform number would be flat, its fourth power is steep.
  const letters = seeded(1_000_000 + Math.floor(random() ** 4 * 20_000));
  const syllables = 1 + Math.floor(letters() * 3);
  return (
    Array.from({ length: syllables }, () => pick(consonants, letters) + pick(vowels, letters)).join('') +
    (letters() < 0.4 ? pick(consonants, letters) : '')
  );
}

function pick(items: readonly string[], random: () => number): string {
  return items[Math.floor(random() * items.length)] ?? '';
}
