/** Numbers in [0, 1) from a seed: a 32-bit linear congruence, its high bits. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 0x1_00_00_00;
  };
}

const people =
  'ferryman,baker,surveyor,gardener,teacher,locksmith,potter,shepherd,printer,midwife,carter,weaver,mason,clerk,miller,tinker'.split(
    ',',
  );
const places =
  'harbour,orchard,quarry,market,chapel,meadow,workshop,station,mill,courtyard,library,tavern,bridge,vineyard,archive,kiln'.split(
    ',',
  );
const things =
  'ladder,lantern,ledger,kettle,anchor,barrel,compass,blanket,hammer,basket,candle,letter,mirror,saddle,spindle,whistle'.split(
    ',',
  );
const deeds =
  'carried,repaired,borrowed,described,weighed,painted,counted,buried,returned,examined,traded,forgot,measured,guarded,sorted,mended'.split(
    ',',
  );
const manners =
  'quietly,before dawn,without a word,in the rain,for the third time,with great care,after supper,against advice,in a hurry,every spring'.split(
    ',',
  );
const kinds =
  'old,broken,heavy,narrow,green,patient,borrowed,distant,cold,familiar,crooked,silent,dusty,second,unfinished,bright'.split(
    ',',
  );

/** Writes texts of eight to twelve sentences about people, places and things; no two of a writer are equal. */
export function writer(seed: number): () => string {
  const random = numbersFrom(seed);
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)] ?? 'thing';
  let texts = 0;
  const sentence = (): string => {
    const [who, other, where, what] = [pick(people), pick(people), pick(places), pick(things)];
    return pick([
      `The ${pick(kinds)} ${who} ${pick(deeds)} the ${what} ${pick(manners)}, and the ${other} watched from the ${where}.`,
      `When the ${where} was ${pick(kinds)}, a ${who} ${pick(deeds)} the ${pick(kinds)} ${what} that belonged to the ${other}.`,
      `Nobody at the ${where} had seen the ${what} since the ${other} ${pick(deeds)} it ${pick(manners)}.`,
      `It was the ${who} who ${pick(deeds)} the ${what}, but the ${other} of the ${pick(places)} was thanked for it.`,
      `"You have ${pick(deeds)} the wrong ${what}," said the ${other}, and went back to the ${pick(kinds)} ${where}.`,
      `From the ${where} to the ${pick(places)} it is an hour on foot with a ${pick(kinds)} ${what}.`,
    ]);
  };
  return () => {
    texts += 1;
    const sentences = Array.from({ length: 8 + Math.floor(random() * 5) }, sentence);
    return [`In the year ${1_400 + texts} the ${pick(places)} was rebuilt.`, ...sentences].join(' ');
  };
}

/** A document as a line of an input. */
export interface Line {
  readonly id: string;
  readonly text: string;
  readonly [field: string]: unknown;
}

/** Documents of one kind with ids `PREFIX-0`, `PREFIX-1`, … */
export function documents(
  prefix: string,
  count: number,
  write: () => string,
  fields: { readonly [field: string]: unknown } = {},
): readonly Line[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${prefix}-${index}`,
    text: write(),
    ...fields,
  }));
}

/** What a source attested human says of itself. */
export const attested = { source: 'library-east' } as const;
/** A declaration that counts: of synthetic text. */
export const declared = {
  source: 'assistant',
  declared: { origin: 'synthetic', generator: 'word-lists' },
} as const;

/** JSON Lines, each ended. */
export function jsonLines(rows: readonly (Line | string)[]): string {
  return rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
}

/** The same rows in an order fixed by the seed. */
export function inDisorder<T>(rows: readonly T[], seed: number): readonly T[] {
  const random = numbersFrom(seed);
  return rows
    .map((row) => ({ row, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ row }) => row);
}

/** Declared synthetic documents with a check each, sums and small programs in turn; every second one fails it. */
export function checkedDocuments(count: number): readonly { readonly line: Line; readonly right: boolean }[] {
  return Array.from({ length: count }, (_, index) => {
    const right = index % 2 === 0;
    return { line: { ...declared, ...(index % 4 < 2 ? sum : program)(index, right) }, right };
  });
}

function sum(index: number, right: boolean): Line {
  const [first, second] = [17 + index * 3, 5 + index * 7];
  return {
    id: `sum-${index}`,
    text: `The ferryman took ${first} coins in the morning and ${second} coins in the evening; together that makes \\boxed{${first + second + (right ? 0 : 1)}}`,
    check: { kind: 'math', answer: String(first + second) },
  };
}

function program(index: number, right: boolean): Line {
  return {
    id: `program-${index}`,
    text: `Adds ${index} to a number.\n\n\`\`\`python\ndef add(n):\n    return n ${right ? '+' : '-'} ${index}\n\`\`\`\n`,
    check: {
      kind: 'code',
      language: 'python',
      tests: `assert add(1) == ${1 + index}\nassert add(-3) == ${index - 3}`,
    },
  };
}
