/**
 * Text sampled from a word trigram model of `corpus`: the oldest kind of machine text, fluent over
 * three words and empty over a sentence. Starts at the beginning of a random passage.
 *
 * @param corpus Passages the model counts.
 * @param count How many texts, each of 400 to 1,200 characters.
 */
export function sampleNgramTexts(
  corpus: readonly string[],
  count: number,
  random: () => number,
): readonly string[] {
  const model = countTrigrams(corpus);
  return Array.from({ length: count }, () => sampleText(model, 400 + Math.floor(random() * 500), random));
}

interface Trigrams {
  readonly starts: readonly (readonly [string, string])[];
  readonly followers: ReadonlyMap<string, readonly string[]>;
}

function countTrigrams(corpus: readonly string[]): Trigrams {
  const starts: (readonly [string, string])[] = [];
  const followers = new Map<string, string[]>();
  for (const text of corpus) {
    const words = text.split(' ');
    const [first, second] = words;
    if (first !== undefined && second !== undefined) starts.push([first, second]);
    for (const [index, word] of words.entries()) {
      const [before, between] = [words[index - 2], words[index - 1]];
      if (before === undefined || between === undefined) continue;
      const key = `${before} ${between}`;
      const list = followers.get(key) ?? [];
      list.push(word);
      followers.set(key, list);
    }
  }
  return { starts, followers };
}

function sampleText(model: Trigrams, length: number, random: () => number): string {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  const words: string[] = [];
  let characters = 0;
  // Ends with a sentence, as the passages do, unless none ends soon.
  while (characters < length || (characters < length + 300 && !/[.?!]$/.test(words.at(-1) ?? ''))) {
    const [before, between] = [words.at(-2), words.at(-1)];
    const next =
      before === undefined || between === undefined
        ? undefined
        : pick(model.followers.get(`${before} ${between}`) ?? []);
    const added = next === undefined ? [...(pick(model.starts) ?? ['The', 'end.'])] : [next];
    words.push(...added);
    characters += added.join(' ').length + 1;
  }
  return words.join(' ');
}
