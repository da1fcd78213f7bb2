export { createMixer } from './mixer.ts';
export type { Clock, Mixer, MixerOptions, MixerStatus } from './mixer.ts';
export type { Consumed } from './consumed.ts';
export type { KeptCopies } from './copies.ts';
export type { Alarm, UnitSummary } from './ledger.ts';
export { boundZ, effectiveCountMin, isJudged, Tally } from './cap.ts';
export type { Bounds, Caps, Charge, TierBound } from './cap.ts';
export { mixErrors } from './errors.ts';
