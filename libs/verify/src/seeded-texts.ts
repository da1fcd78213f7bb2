/**
 * Texts of our own for comparisons with other tools: the same seed gives the same texts. Each kind aims
 * at one rule of the quality filters or at one difficulty of the word splitter; which rule a text really
 * fails is the tools' to say.
 */
export function* seededTexts(seed: number, count: number): Generator<string> {
  for (let number = 0; number < count; number += 1) {
    const random = randomOf(seed * 1_000_003 + number);
    const make = kinds[number % kinds.length] ?? prose;
    yield make(random);
  }
}

/** Numbers in [0, 1), one after the other. */
export type Random = () => number;
type Kind = (random: Random) => string;

/** mulberry32 (public domain): the same seed gives the same numbers. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const words = (list: string): readonly string[] => list.trim().split(/\s+/u);
const nouns =
  words(`harbour ferry captain island letter winter market engine garden teacher river window story
  brother bridge kitchen lantern orchard morning silence village doctor compass blanket thunder mirror painter
  violin sparrow carpet whistle cellar station pocket feather chimney meadow sister cottage barrel candle ladder
  valley pilot needle basket forest shelter curtain hammer traveller library festival daughter neighbour mountain`);
const verbs =
  words(`carried found watched forgot painted crossed mended followed counted opened left remembered
  sold described hid borrowed heard lifted missed drew turned kept closed named visited repaired believed answered`);
const adjectives =
  words(`quiet narrow broken yellow early distant wooden careful empty bitter gentle crooked silver
  heavy patient foreign hollow bright stubborn ancient sudden faithful shallow curious wet plain northern secret`);
const places = words(`behind beside under above near beyond inside across around towards`);
const joints = ['and', 'but', 'because', 'while', 'although', 'so that', 'before', 'until', 'since'];

/** One of a list. */
export const pick = <T>(random: Random, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)] as T;
/** A whole number from `least` to `most`. */
export const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));
/** So many, each made by its number from 0. */
export const repeat = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

function clause(random: Random): string {
  const subject = `the ${random() < 0.5 ? `${pick(random, adjectives)} ` : ''}${pick(random, nouns)}`;
  const object = `${pick(random, ['a', 'the', 'every', 'another'])} ${pick(random, adjectives)} ${pick(random, nouns)}`;
  const place = random() < 0.5 ? ` ${pick(random, places)} the ${pick(random, nouns)}` : '';
  return `${subject} ${pick(random, verbs)} ${object}${place}`;
}

function sentence(random: Random): string {
  const joined =
    random() < 0.6 ? `${clause(random)}, ${pick(random, joints)} ${clause(random)}` : clause(random);
  return `${joined.charAt(0).toUpperCase()}${joined.slice(1)}${pick(random, ['.', '.', '.', '.', '!', '?'])}`;
}

const sentences = (random: Random, least: number, most: number): string =>
  repeat(between(random, least, most), () => sentence(random)).join(' ');

function prose(random: Random): string {
  return repeat(between(random, 3, 9), () => sentences(random, 2, 6)).join('\n\n');
}

/** Prose in which a stretch of `share` of the words comes a second time. */
function withRepeat(random: Random, least: number, most: number): string {
  const all = sentences(random, 25, 60).split(' ');
  const length = Math.round(all.length * (least + random() * (most - least)));
  const from = between(random, 0, all.length - length);
  const to = between(random, 0, all.length);
  return [...all.slice(0, to), ...all.slice(from, from + length), ...all.slice(to)].join(' ');
}

const distinct = (random: Random, count: number, length: number): string[] =>
  repeat(count, (index) => {
    const letters = repeat(length - 2, () => pick(random, Array.from('abcdefghijklmnoprstuvwz'))).join('');
    return `${letters}${String.fromCharCode(97 + (index % 26), 97 + (Math.floor(index / 26) % 26))}`;
  });

const lines = (random: Random, count: number, make: (index: number) => string, gap = '\n'): string =>
  repeat(count, make).join(random() < 0.2 ? '\n\n' : gap);

/** What splits words: marks, faces, contractions, units, separators, scripts, addresses. */
const atoms =
  words(`a B z é Z ß 中 ب я Ж α 0 9 1 ٣ ² ½ . .. ... … …… , : ; ! ? ( ) [ ] { } < > / \\ - -- --- – — ——
  ~ _ # * & % + = ^ | $ US$ C$ A$ € £ ¥ ° °C °f. ' ’ " “ ” \` ´ « » @ http:// example.com www.a.b.co .com 10.0.0.1
  8.8.8.8 :80 /x?y#z km kg m² m/s GB тб 's 'S ’s n't don't can't cannot I'm e.g. i.e. U.S. Dr. Ph.D. p.m. 10am a.m.
  :) :-) ;) :( =] =[ ]= [= :/ :D xD <3 </3 (: ): ^_^ -_- o_O (ಠ_ಠ) ¯\\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*> 😀 👩‍👩‍👧 。 ！ ？ ，
  · ౷ 𐏐 𝟘 𠀀 ۔ ؟ ، C++ \\") <space> '' \\n and/or w/o ma'am 'cause IS_PUNCT ORTH ID the and word Word WORD
  word.Word x X. X.Y. a. ä. [1] [٣] [edit] lorem ipsum javascript`);
const gaps = [
  ' ',
  ' ',
  ' ',
  ' ',
  ' ',
  '',
  '',
  '',
  '  ',
  '\n',
  '\n',
  '\t',
  ' \n',
  '\r\n',
  '\u00a0',
  '\u3000',
  '\u001c',
  '\u001f',
  '\u0085',
  '\u2028',
  '\u0301',
  '\u200d',
  '\u200b',
  '\ufeff',
  '\0',
];

const fuzz: Kind = (random) =>
  repeat(between(random, 1, 150), () => pick(random, atoms) + pick(random, gaps)).join('');

const code: Kind = (random) =>
  lines(random, between(random, 8, 30), () => {
    const [a, b] = [pick(random, nouns), pick(random, verbs)];
    return pick(random, [
      `  const ${a} = ${b}(${between(random, 0, 99)}, '${pick(random, adjectives)}');`,
      `def ${b}_${a}(${a}: int = ${between(random, 0, 9)}) -> None:  # later: ${b}`,
      `if (${a}.${b} !== null && ${a}[${between(random, 0, 9)}] > 0x${between(random, 16, 255).toString(16)}) {`,
      `}`,
      `"${a}": ["${b}", ${random().toFixed(3)}],`,
    ]);
  });

const markdown: Kind = (random) =>
  [
    `# ${pick(random, nouns)} ${pick(random, nouns)}`,
    sentences(random, 2, 5),
    lines(
      random,
      between(random, 2, 9),
      () => `${pick(random, ['-', '*', '1.'])} **${pick(random, nouns)}**: ${clause(random)}`,
    ),
    `\`\`\`js\n${code(random)}\n\`\`\``,
    `See [the ${pick(random, nouns)}](https://example.org/${pick(random, nouns)}?q=${between(random, 1, 99)}#top).`,
    sentences(random, 3, 8),
  ].join('\n\n');

const scripts: Kind = (random) =>
  repeat(between(random, 10, 60), () =>
    pick(random, [
      '港口很安静，没有人睡觉。',
      'كان الميناء هادئًا عندما وصلت القوارب.',
      'Гавань была тиха, когда пришли лодки.',
      'बंदरगाह शांत था।',
      'ท่าเรือเงียบสงบ',
      'Der Hafen war still, z.B. im Winter.',
      'הנמל היה שקט.',
      'u\u0308ber cafe\u0301 A\u030angstrom',
      '👩‍👩‍👧‍👦👍🏽😀',
      clause(random),
    ]),
  ).join(pick(random, [' ', '\n', '']));

const kinds: readonly Kind[] = [
  // Each of the first half is to pass.
  ...repeat(28, () => prose),
  (random) => {
    const paragraph = sentences(random, 1, 2);
    return repeat(between(random, 4, 9), (index) =>
      index % 2 === 0 ? paragraph : sentences(random, 1, 2),
    ).join('\n\n');
  },
  (random) => {
    const long = sentences(random, 6, 9);
    return [long, ...repeat(8, () => sentence(random)), long].join('\n\n');
  },
  (random) => {
    const line = sentence(random);
    return lines(random, between(random, 6, 20), (index) => (index % 2 === 0 ? line : sentence(random)));
  },
  (random) => {
    const long = sentences(random, 5, 8);
    return [long, ...repeat(12, () => sentence(random)), long].join('\n');
  },
  (random) => distinct(random, between(random, 2, 11), between(random, 3, 12)).join(' '),
  (random) => distinct(random, between(random, 12, 16), 6).join(' '),
  (random) => distinct(random, between(random, 17, 20), 6).join(' '),
  (random) => withRepeat(random, 0.15, 0.3),
  (random) => withRepeat(random, 0.14, 0.2),
  (random) => withRepeat(random, 0.12, 0.18),
  (random) => withRepeat(random, 0.11, 0.16),
  (random) => withRepeat(random, 0.1, 0.14),
  (random) => withRepeat(random, 0.09, 0.13),
  (random) => `${distinct(random, between(random, 30, 49), 7).join(' ')} the and`,
  (random) =>
    repeat(80, () => pick(random, ['to', 'be', 'of', 'a', 'I', 'x', 'y', 'is', 'it', 'go', 'we', 'he'])).join(
      ' ',
    ),
  (random) => `${distinct(random, 60, 14).join(' ')} the and`,
  (random) =>
    repeat(between(random, 60, 120), () => `${random() < 0.2 ? '#' : ''}${pick(random, nouns)}`).join(' '),
  (random) =>
    repeat(
      between(random, 60, 120),
      () => `${pick(random, nouns)}${random() < 0.2 ? '…' : random() < 0.1 ? '...' : ''}`,
    ).join(' '),
  (random) =>
    lines(
      random,
      between(random, 12, 40),
      (index) => `${index % 20 === 5 ? '' : pick(random, ['- ', '• ', '  -'])}${clause(random)}.`,
    ),
  (random) =>
    lines(
      random,
      between(random, 10, 30),
      () =>
        `${sentence(random)} ${clause(random)}${random() < 0.6 ? pick(random, ['...', '…', ' …  ']) : '.'}`,
    ),
  (random) =>
    repeat(between(random, 60, 150), () =>
      random() < 0.4 ? `${between(random, 1, 9999)}` : pick(random, nouns),
    ).join(' '),
  (random) => distinct(random, between(random, 60, 150), 6).join(' '),
  (random) => `${prose(random)}\nLorem Ipsum dolor sit amet.\n${sentences(random, 2, 4)}`,
  (random) => `${prose(random)}\nfunction main() { return the ${pick(random, nouns)}; }`,
  (random) => sentences(random, 1, 4),
  (random) =>
    lines(random, between(random, 8, 25), () =>
      pick(random, [
        sentence(random),
        'Home',
        `Enable JavaScript, ${clause(random)}.`,
        `Read our privacy policy, ${clause(random)}.`,
        `It said so [${between(random, 1, 99)}] and ${clause(random)}. [edit]`,
        `${'x'.repeat(between(random, 995, 1005))} is long here.`,
      ]),
    ),
  (random) => lines(random, between(random, 8, 20), () => `${clause(random)}, ${clause(random)}`, '\n'),
  (random) =>
    lines(random, between(random, 15, 30), (index) =>
      index % 7 === 0 ? sentence(random) : `${pick(random, adjectives)} ${pick(random, nouns)} here.`,
    ),
  (random) => {
    const line = sentence(random);
    return `${line}\n${prose(random)}\n${line}\n${prose(random)}`;
  },
  (random) =>
    lines(
      random,
      between(random, 25, 45),
      (index) => `${distinct(random, 3, 13).join(' ')}${index % 8 === 0 ? '.' : ''}`,
    ),
  code,
  markdown,
  scripts,
  fuzz,
  fuzz,
  fuzz,
  (random) =>
    repeat(between(random, 0, 8), () => pick(random, [' ', '\n', '\u2028', '\u001c', '\t'])).join(''),
  (random) => `${sentences(random, 3, 9)} The flag IS_ALPHA, (IS_ALPHA) and IS_ALPHA again.`,
];
