import { examine, presets, Shingles } from '@ballast/verify/measure';
import { z } from 'zod';
import type { Oracle } from './oracle.ts';

const answerSchema = z.object({ chain: z.number(), minhash: z.number() });
const preset = presets['datatrove-0.10'];
/** Our side reads the texts this often per round, because once is too short to measure. */
const passes = 10;

/**
 * CPU time of the four-filter chain and of the xxh64 signature over texts that pass every rule, so that
 * both sides run every filter; one after the other in every round. The factor is the median over rounds.
 */
export async function compareSpeed(
  oracle: Oracle,
  found: readonly string[],
  rounds: number,
): Promise<{ readonly chain: number; readonly minhash: number; readonly lines: readonly string[] }> {
  // Strings of their own, as the document decoder makes them: these are slices of whole files.
  const texts = found.map((text) => z.string().parse(JSON.parse(JSON.stringify(text))));
  const shingles = new Shingles();
  const chain = (text: string): unknown => examine(text, preset);
  const minhash = (text: string): unknown => {
    shingles.read(text);
    return shingles.signature('xxh64');
  };
  // Once unmeasured: compilation and the lexicon are paid once in a process's life.
  for (const text of texts) {
    chain(text);
    minhash(text);
  }
  const factors: { chain: number; minhash: number }[] = [];
  const speeds: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const theirs = answerSchema.parse(await oracle.ask({ task: 'speed', texts }));
    const ours = { chain: cpuSeconds(texts, chain), minhash: cpuSeconds(texts, minhash) };
    factors.push({ chain: theirs.chain / ours.chain, minhash: theirs.minhash / ours.minhash });
    speeds.push(texts.length / ours.chain, texts.length / theirs.chain, texts.length / ours.minhash);
  }
  const line = (name: 'chain' | 'minhash'): string => {
    const all = factors.map((factor) => factor[name]).toSorted((a, b) => a - b);
    return `${name}: ${median(all).toFixed(0)} times datatrove (${all[0]?.toFixed(0)} to ${all.at(-1)?.toFixed(0)}) over ${texts.length} passing texts of ${mean(texts)} characters, ${rounds} rounds`;
  };
  return {
    chain: median(factors.map((factor) => factor.chain)),
    minhash: median(factors.map((factor) => factor.minhash)),
    lines: [
      line('chain'),
      line('minhash'),
      `documents per CPU-second: chain ${every(speeds, 0)} against ${every(speeds, 1)}, signature ${every(speeds, 2)}`,
    ],
  };
}

function cpuSeconds(texts: readonly string[], work: (text: string) => unknown): number {
  const start = process.cpuUsage();
  for (let pass = 0; pass < passes; pass += 1) for (const text of texts) work(text);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6 / passes;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function mean(texts: readonly string[]): number {
  return Math.round(texts.reduce((sum, text) => sum + text.length, 0) / Math.max(1, texts.length));
}

function every(speeds: readonly number[], offset: number): string {
  return median(speeds.filter((_, index) => index % 3 === offset)).toFixed(0);
}
