import type { CanariesSnapshot } from '@ballast/dashboard';
import type { CanaryStatus } from '@ballast/detect';
import { alarmWords, hopelessWords, notInForce, standingWords } from './words.ts';

/** What `ballast canaries status` says, as the page shows it: families with what waits most first. */
export function canariesSnapshot({ isInForce, families }: CanaryStatus): CanariesSnapshot {
  return {
    notes: isInForce || families.length === 0 ? [] : [sentenceOf(notInForce)],
    families: families
      .map((status) => ({
        family: status.family,
        ...status.canaries,
        calibrated: status.calibrated,
        standing: standingWords(status),
        arrivals: status.arrivals,
        waiting: status.outlook.waiting,
        steps: status.outlook.steps.map(({ human, synthetic, releases }) => ({ human, synthetic, releases })),
        hopeless:
          status.outlook.waiting > 0 && status.outlook.steps.length === 0 ? hopelessWords(status) : '',
        alarms: [...alarmWords(status)],
      }))
      .toSorted((a, b) => b.waiting - a.waiting),
  };
}

function sentenceOf(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
