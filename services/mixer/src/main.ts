import { openOnBrokers } from '@ballast/kafka';
import { serveMixer } from './serve-mixer.ts';

export { openDataset } from './dataset.ts';
export type { Dataset } from './dataset.ts';
export { startMixer } from './mixer.ts';
export type { MixerContext, MixerOffsets, RunningMixer } from './mixer.ts';

if (import.meta.main) process.exitCode = await serveMixer(process.argv.slice(2), openOnBrokers);
