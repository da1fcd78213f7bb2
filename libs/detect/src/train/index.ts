export { trainDetector } from './detector.ts';
export type { TrainedDetector, TrainOptions } from './detector.ts';
export { labelledRowSchema } from './corpus.ts';
export type { LabelledRow } from './corpus.ts';
export { cardWithout, combine, scoreHeldOut } from './held-out.ts';
export type { HeldOut, HeldOutScores } from './held-out.ts';
export type { TrainProgress } from './progress.ts';
