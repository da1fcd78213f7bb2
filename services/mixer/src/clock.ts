import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@ballast/mix';

/** The system's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  // An abort ends the sleep; it is no error.
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};
