/**
 * The quality filters and MinHash against datatrove 0.10.1 with spaCy 3.8.18 and jieba 0.42.1, all run here.
 *
 *   npm run compare:datatrove -- [--documents 10000] [--seeded 3500] [--seed 1] [--rounds 5] [--fixtures]
 *
 * Texts: documentation of what is installed on this host, read as it lies; seeded texts of our own and
 * fuzz; translated man pages for FineWeb-2's languages; every code point. Compared: the words, the first
 * reason of each filter and of the chains of FineWeb and FineWeb-2, every ratio as its two whole numbers, the
 * text that C4 leaves, both MinHash signatures, and the CPU time of chain and signature; and counted: how
 * often the preset c4-tfds agrees with Punkt. Prints ten differences at most and last one line,
 * `equal E of N, signatures E of N, chain R x, minhash R x`; exit 1 when a goal is missed, 69 when the
 * oracle cannot be had.
 * `--fixtures` only writes what the oracle says of the texts of the ordinary tests. It does not say how
 * well the rules judge, nor anything of other versions.
 */
import { seededTexts } from '@ballast/verify/measure';
import { readFlags } from '../flags.ts';
import { compareC4 } from './compare-c4.ts';
import { compareDocuments } from './compare-documents.ts';
import { writeFixtures } from './compare-fixtures.ts';
import { compareFineweb2 } from './compare-fineweb2.ts';
import { compareSpeed } from './compare-speed.ts';
import { installedTexts } from './compare-texts.ts';
import { compareWords } from './compare-words.ts';
import { openOracle, OracleError } from './oracle.ts';

const values = readFlags(import.meta.filename, {
  documents: { type: 'string', default: '10000' },
  seeded: { type: 'string', default: '3500' },
  seed: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '5' },
  fixtures: { type: 'boolean', default: false },
});
const goals = { chain: 100, minhash: 50, passing: 2000, perReason: 20 };
/** 100,001 words, which no other text has: each is one short word of many. */
const longTexts = Array.from({ length: 20 }, (_, text) =>
  Array.from({ length: 100_001 }, (_, index) => ((index * (2 * text + 7)) % 9973).toString(36)).join(' '),
);

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof OracleError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 69;
}

async function main(): Promise<number> {
  await using oracle = openOracle(new URL('../../.cache', import.meta.url).pathname);
  if (values.fixtures) {
    for (const line of await writeFixtures(oracle)) process.stdout.write(`${line}\n`);
    return 0;
  }
  const roots = [
    new URL('../../node_modules', import.meta.url).pathname,
    oracle.packages,
    '/usr/share/doc',
    '/usr/share/man',
    '/usr/lib/python3',
  ];
  const found = installedTexts(roots, Number(values.documents));
  const seeded = [...seededTexts(Number(values.seed), Number(values.seeded)), ...longTexts];
  process.stdout.write(`${found.length} installed documents, ${seeded.length} seeded texts\n`);
  const words = await compareWords(oracle, Number(values.seed));
  process.stdout.write(`words: ${words.equal} of ${words.texts} texts equal, ${words.tokens} tokens\n`);
  const fineweb2 = await compareFineweb2(oracle, Math.ceil(Number(values.seeded) / 10), Number(values.seed), [
    ...seededTexts(Number(values.seed) + 2, 540),
  ]);
  for (const { language, texts, equal, reasons, passing } of fineweb2)
    process.stdout.write(
      `fineweb2/${language}: ${equal} of ${texts} first reasons equal (${reasons} different ones, ${passing} texts pass)\n`,
    );
  const pages = await compareC4(oracle, [...found, ...seeded]);
  process.stdout.write(
    `c4-tfds: ${pages.verdicts} of ${pages.texts} page verdicts and ${pages.sentences} numbers of sentences as with Punkt\n`,
  );
  const documents = await compareDocuments(oracle, [...found, ...seeded]);
  for (const [reason, count] of [...documents.reasons].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    process.stdout.write(`  ${reason.padEnd(30)} ${count}\n`);
  const speed = await compareSpeed(oracle, documents.passing.slice(0, 500), Number(values.rounds));
  for (const line of speed.lines) process.stdout.write(`${line}\n`);
  const scarce = [...documents.reasons].filter(([, count]) => count < goals.perReason);
  const misses = [
    ...(found.length < Number(values.documents) ? [`only ${found.length} documents are installed here`] : []),
    ...(words.equal < words.texts ? ['words differ'] : []),
    ...fineweb2.flatMap(({ language, texts, equal }) =>
      equal < texts ? [`verdicts of fineweb2/${language} differ`] : [],
    ),
    ...(documents.equal < documents.count ? ['verdicts or ratios differ'] : []),
    ...(documents.signatures < documents.count ? ['signatures differ'] : []),
    ...(documents.passing.length < goals.passing ? [`only ${documents.passing.length} documents pass`] : []),
    ...scarce.map(([reason, count]) => `${reason} occurs ${count} times`),
    ...(speed.chain < goals.chain ? [`chain below ${goals.chain} x`] : []),
    ...(speed.minhash < goals.minhash ? [`minhash below ${goals.minhash} x`] : []),
  ];
  for (const miss of misses) process.stdout.write(`goal missed: ${miss}\n`);
  process.stdout.write(
    `equal ${documents.equal} of ${documents.count}, signatures ${documents.signatures} of ${documents.count}, ` +
      `chain ${speed.chain.toFixed(0)} x, minhash ${speed.minhash.toFixed(0)} x\n`,
  );
  return misses.length === 0 ? 0 : 1;
}
