import { controls, runLeaderKill, runLostAcks } from '../controls.ts';
import type { ControlResult } from '../controls.ts';
import { sized } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { proxiedBroker } from '../proxied-broker.ts';

/**
 * The negative controls: a bare client that breaks one rule must lose or duplicate under the faults of
 * F2 and F5, and one that keeps them all must not. Otherwise the suite proves nothing.
 */
export const negativeControls: FaultCase = {
  id: 'controls',
  title: 'bare client that breaks one rule: keyless, 8 in flight, several partitions per send',
  target: 'loses or duplicates over 20 seeded runs each; with all rules kept 0/0',
  slices: 1,
  run: runControls,
};

async function runControls(context: CaseContext): Promise<Outcome> {
  const runs = sized(context, 20);
  const results: ControlResult[] = [];
  const note = (result: ControlResult): void => {
    results.push(result);
    const { control, seed, lost, duplicated, injected } = result;
    context.say(`${control}, seed ${seed}: ${injected} injected, ${lost} lost, ${duplicated} duplicated`);
  };
  {
    await using proxied = await proxiedBroker(context.random);
    for (let run = 0; run < runs; run += 1)
      for (const control of ['guarded', 'keyless', 'in-flight'] as const)
        note(await runLostAcks(control, context.seed + run, proxied));
  }
  {
    await using proxied = await proxiedBroker(context.random, { nodes: 3 });
    for (let run = 0; run < runs; run += 1)
      for (const control of ['guarded', 'several-partitions'] as const)
        note(await runLeaderKill(control, context.seed + run, proxied));
  }
  return summary(results);
}

function summary(results: readonly ControlResult[]): Outcome {
  const figures: { [name: string]: string } = {};
  const failures: string[] = [];
  const injected: { [fault: string]: number } = {};
  for (const control of controls) {
    const own = results.filter((result) => result.control === control);
    const sum = (of: 'lost' | 'duplicated' | 'injected'): number =>
      own.reduce((total, each) => total + each[of], 0);
    figures[control] = `${sum('lost')} lost, ${sum('duplicated')} duplicated in ${own.length} runs`;
    injected[control] = sum('injected');
    const bit = own.filter(({ lost, duplicated }) => lost + duplicated > 0).length;
    if (control === 'guarded' && bit > 0) failures.push(`guarded: ${figures[control]}`);
    if (control !== 'guarded' && bit === 0)
      failures.push(`${control} lost and duplicated nothing: the checker does not bite`);
  }
  const documents = results.reduce((total, { sent }) => total + sent, 0);
  return { documents, injected, recoveryMs: [], figures, failures };
}
