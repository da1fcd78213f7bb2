import type { Pipeline } from '@ballast/document';
import type { Logger } from '@ballast/host';
import { readBenchmarks } from '@ballast/verify';
import type { Benchmarks } from '@ballast/verify';

/**
 * The benchmarks of `verify.decontaminate`; undefined when none is named. Items too short to be found
 * by are told of. Throws BALLAST_VERIFY_BENCHMARK.
 */
export async function openPipelineBenchmarks(
  { decontaminate }: Pipeline['verify'],
  logger: Logger,
): Promise<Benchmarks | undefined> {
  if (decontaminate.length === 0) return undefined;
  const benchmarks = await readBenchmarks(decontaminate);
  const { items, tooShort } = benchmarks;
  logger.info({ files: decontaminate.length, items, tooShort }, 'benchmarks read');
  if (tooShort > 0) {
    logger.warn(
      { tooShort, of: items },
      'benchmark items of fewer than 13 words are not looked for: give the answer with the question',
    );
  }
  return benchmarks;
}
