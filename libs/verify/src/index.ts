export { verify } from './verify.ts';
export type { VerifyOptions } from './verify.ts';
export { readBenchmarks } from './dedup/benchmarks.ts';
export type { Benchmarks } from './dedup/benchmarks.ts';
export { memoryIndex } from './dedup/first-seen.ts';
export type { FirstSeenIndex } from './dedup/first-seen.ts';
export { thresholdOf } from './heuristics/thresholds.ts';
export { verifyErrors } from './errors.ts';
