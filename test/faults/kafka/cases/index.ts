import type { FaultCase } from '../fault-case.ts';
import { killBroker } from './broker.ts';
import { clockJumps } from './clock.ts';
import { commitPoints, ignoredPrecondition } from './commit-points.ts';
import { negativeControls } from './controls-case.ts';
import { diskFull } from './disk.ts';
import { doubledInput, oversized, poison } from './input.ts';
import { killServices } from './kill.ts';
import { lostAnswers, partitions } from './network.ts';
import { rebalanceStorm } from './rebalance.ts';
import { lostTopics } from './retention.ts';
import { soak } from './soak.ts';
import { stalledDownstream } from './stall.ts';
import { zombies } from './zombies.ts';

/** The fault table, and the controls that show it can fail. */
export const faultCases: readonly FaultCase[] = [
  killServices,
  killBroker,
  zombies,
  partitions,
  lostAnswers,
  rebalanceStorm,
  diskFull,
  poison,
  oversized,
  doubledInput,
  clockJumps,
  lostTopics,
  commitPoints,
  ignoredPrecondition,
  stalledDownstream,
  soak,
  negativeControls,
];
