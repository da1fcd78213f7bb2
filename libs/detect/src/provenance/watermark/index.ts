export { greenByHmac, greenTable, scoreKgw } from './kgw.ts';
export type { Green, KgwScheme } from './kgw.ts';
export { scoreSynthId } from './synthid.ts';
export type { SynthIdScheme } from './synthid.ts';
export { scoreUnigram } from './unigram.ts';
export type { UnigramScheme } from './unigram.ts';
export type { WatermarkFinding } from './statistic.ts';
