import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

interface Sample {
  readonly seconds: number;
  readonly mebibytes: number;
}

/**
 * Samples the anonymous resident memory (RssAnon: LMDB's map is file memory and belongs to the kernel)
 * of a process and its children until it ends; a line per process: largest, and the slope over the
 * second half of its life.
 */
export async function watchMemory(child: ChildProcess): Promise<readonly string[]> {
  const samples = new Map<number, Sample[]>();
  const startedMs = performance.now();
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let running = true;
  void exit.then(() => (running = false));
  while (running) {
    for (const pid of family(child.pid ?? 0)) {
      const mebibytes = rssAnon(pid);
      if (mebibytes === undefined) continue;
      const list = samples.get(pid) ?? [];
      list.push({ seconds: (performance.now() - startedMs) / 1_000, mebibytes });
      samples.set(pid, list);
    }
    await Promise.race([exit, delay(500)]);
  }
  return [...samples]
    .filter(([, list]) => list.length > 10)
    .map(([pid, list]) => {
      const second = list.slice(list.length >> 1);
      const largest = Math.max(...list.map(({ mebibytes }) => mebibytes));
      return `${pid === child.pid ? 'parent' : 'worker'}: RssAnon at most ${largest.toFixed(0)} MiB, slope over the second half ${(60 * slope(second)).toFixed(1)} MiB per minute (${list.length / 2} s)`;
    });
}

function family(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
  return [pid, ...children];
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) \S /s, '')
        .split(' ')[0],
    );
  } catch {
    return undefined;
  }
}

function rssAnon(pid: number): number | undefined {
  try {
    const match = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match?.[1] === undefined ? undefined : Number(match[1]) / 1_024;
  } catch {
    return undefined;
  }
}

/** Least-squares slope, MiB per second. */
function slope(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [time, memory] = [mean(({ seconds }) => seconds), mean(({ mebibytes }) => mebibytes)];
  const covariance = mean(({ seconds, mebibytes }) => (seconds - time) * (mebibytes - memory));
  const variance = mean(({ seconds }) => (seconds - time) ** 2);
  return variance === 0 ? 0 : covariance / variance;
}
