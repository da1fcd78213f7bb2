/**
 * What the router makes of English, of other languages and of code, and what it costs.
 *
 *   npm run bench:router -- [--data detector-train.jsonl.zst] [--sentences FILE.json] [--json]
 *
 * Languages and programs are generated from own sentences and pieces; `--sentences` takes others, as
 * `{"de": ["…", …]}`. Without `--data`, English is not measured. Exit 1 if a goal is missed.
 */
import { readFileSync } from 'node:fs';
import { canonicalise, routeText } from '@ballast/detect';
import { identifyLanguage } from '@ballast/detect/language';
import { z } from 'zod';
import { readFlags } from '../flags.ts';
import { seeded } from '../seeded.ts';
import { readRows } from './labelled-rows.ts';
import { programs } from './router/programs.ts';
import { sentences as own } from './router/sentences.ts';

const documentsPerClass = 500;
const rowSchema = z.object({ text: z.string(), lang: z.string() });

const values = readFlags(import.meta.filename, {
  data: { type: 'string' },
  sentences: { type: 'string' },
  json: { type: 'boolean', default: false },
});

/** One row of the result; goals are lower bounds of a share. */
interface Line {
  readonly figure: string;
  readonly goal?: number;
  readonly measured: string;
  readonly share?: number;
}

const lines: Line[] = [
  ...foreignLines(readSentences(values.sentences)),
  ...codeLines(),
  ...englishLines(values.data),
];
if (values.json) process.stdout.write(`${JSON.stringify(lines)}\n`);
else {
  process.stdout.write('| figure | goal | measured |\n|---|---|---|\n');
  for (const { figure, goal, measured } of lines) {
    process.stdout.write(
      `| ${figure} | ${goal === undefined ? '–' : `≥ ${percent(goal)}`} | ${measured} |\n`,
    );
  }
}
if (lines.some(({ goal, share }) => goal !== undefined && (share ?? 0) < goal)) process.exitCode = 1;

function readSentences(path: string | undefined): { readonly [language: string]: readonly string[] } {
  if (path === undefined) return own;
  return z.record(z.string(), z.array(z.string()).min(1)).parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** Documents of 2 to 40 sentences in random order: those long enough must be unsupported. */
function foreignLines(sentences: { readonly [language: string]: readonly string[] }): readonly Line[] {
  const languages = Object.entries(sentences).filter(([language]) => language !== 'en');
  const wrong: string[] = [];
  let [all, unsupported, named] = [0, 0, 0];
  for (const [language, from] of languages) {
    const random = seeded(language.charCodeAt(0) * 256 + language.charCodeAt(1));
    let missed = 0;
    for (let i = 0; i < documentsPerClass; i += 1) {
      const count = 2 + Math.floor(random() * 39);
      const text = Array.from({ length: count }, () => from[Math.floor(random() * from.length)]).join(' ');
      const route = routeText(canonicalise(text));
      if (route === 'short') continue;
      all += 1;
      if (route === 'unsupported') unsupported += 1;
      else missed += 1;
      if (identifyLanguage(text)?.label === language) named += 1;
    }
    if (missed > 0) wrong.push(`${language} ${missed}`);
  }
  const detail = wrong.length === 0 ? '' : `; not: ${wrong.join(', ')}`;
  return [
    {
      figure: `documents in ${languages.length} other languages that are unsupported`,
      goal: 0.99,
      measured: `${percent(unsupported / all)} of ${all}${detail}`,
      share: unsupported / all,
    },
    { figure: 'the same, named as their language', measured: `${percent(named / all)} of ${all}` },
  ];
}

function codeLines(): readonly Line[] {
  return Object.entries(programs).map(([language, write]) => {
    const random = seeded(language.length);
    const texts = Array.from({ length: documentsPerClass }, () => canonicalise(write(random)));
    const long = texts.map(routeText).filter((route) => route !== 'short');
    const code = long.filter((route) => route === 'code').length;
    const english = long.filter((route) => route === 'english').length;
    return {
      figure: `generated ${language} routed as code`,
      measured: `${percent(code / long.length)} of ${long.length}, ${english} as English`,
    };
  });
}

/** Prose of the labelled file, and how many documents of 2 kB the router does in a CPU-second. */
function englishLines(path: string | undefined): readonly Line[] {
  if (path === undefined) return [];
  const english = readRows(path, rowSchema)
    .filter(({ lang }) => lang === 'en')
    .map(({ text }) => canonicalise(text));
  const long = english.filter((text) => routeText(text) !== 'short');
  const routes = Map.groupBy(long, routeText);
  const share = (routes.get('english')?.length ?? 0) / long.length;
  const others = [...routes].map(([route, found]) => `${found.length} ${route}`).join(', ');
  return [
    {
      figure: 'English prose of the labelled file routed as English',
      goal: 0.995,
      measured: `${percent(share)} of ${long.length} (${others})`,
      share,
    },
    speedLine(english.filter((text) => text.length >= 1_900).slice(0, 5_000)),
  ];
}

function speedLine(texts: readonly string[]): Line {
  const rates: number[] = [];
  for (let run = 0; run < 6; run += 1) {
    const before = process.cpuUsage();
    for (const text of texts) routeText(text);
    const { user, system } = process.cpuUsage(before);
    // The first run compiles.
    if (run > 0) rates.push((1e6 * texts.length) / (user + system));
  }
  const sorted = rates.toSorted((a, b) => a - b).map((rate) => rate.toFixed(0));
  return {
    figure: 'canonical texts of 2 kB that the router does in a CPU-second, median of five',
    measured: `${sorted[2] ?? ''} (${sorted[0] ?? ''} to ${sorted.at(-1) ?? ''})`,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
