import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { killBroker } from './broker.ts';
import { killServices } from './kill.ts';
import { lostAnswers, partitions } from './network.ts';
import { rebalanceStorm } from './rebalance.ts';
import { zombies } from './zombies.ts';

/** F16: slices of a few minutes each, every one under another fault, until a day is full. */
export const soak: FaultCase = {
  id: 'F16',
  title: 'soak of 24 h, random mix',
  target: '0/0; memory does not grow from slice to slice',
  slices: 288,
  run: anyFault,
};

const mix: readonly FaultCase[] = [
  killServices,
  killBroker,
  zombies,
  partitions,
  lostAnswers,
  rebalanceStorm,
];

async function anyFault(context: CaseContext): Promise<Outcome> {
  const chosen = mix[Math.floor(context.random() * mix.length)] ?? killServices;
  context.say(`${chosen.id}: ${chosen.title}`);
  const outcome = await chosen.run(context);
  return { ...outcome, figures: { ...outcome.figures, fault: chosen.id } };
}
