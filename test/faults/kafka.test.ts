import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from '../seeded.ts';
import { killBroker } from './kafka/cases/broker.ts';
import { commitPoints } from './kafka/cases/commit-points.ts';
import { killServices } from './kafka/cases/kill.ts';
import { lostAnswers } from './kafka/cases/network.ts';
import { lostTopics } from './kafka/cases/retention.ts';
import { zombies } from './kafka/cases/zombies.ts';
import { runLostAcks } from './kafka/controls.ts';
import type { FaultCase } from './kafka/fault-case.ts';
import { proxiedBroker } from './kafka/proxied-broker.ts';
import { render } from './kafka/suite.ts';

// The short versions; `npm run faults` runs all of the fault table at any scale.
const short: readonly (readonly [fault: FaultCase, slice: number, size: number])[] = [
  [killServices, 0, 0.2],
  [killBroker, 0, 0.2],
  [zombies, 0, 0.2],
  [lostAnswers, 0, 0.1],
  [lostTopics, 0, 0.1],
  [commitPoints, 0, 0.05],
];

describe('services on Kafka lose nothing and write nothing twice', () => {
  for (const [fault, slice, size] of short) {
    test(`${fault.id}: ${fault.title}`, async (context) => {
      const seed = 11;
      const outcome = await fault.run({
        seed,
        random: seeded(seed),
        slice,
        size,
        say: (text) => context.diagnostic(text),
      });
      context.diagnostic(render(fault.id, [outcome]));
      assert.deepEqual(outcome.failures, []);
    });
  }
});

describe('the checker bites', () => {
  test('a bare client that sends without a partition loses or doubles acknowledged messages', async () => {
    await using proxied = await proxiedBroker(seeded(3));
    const { lost, duplicated } = await runLostAcks('keyless', 3, proxied, 200);
    assert.ok(lost + duplicated > 0);
    const guarded = await runLostAcks('guarded', 3, proxied, 200);
    assert.deepEqual([guarded.lost, guarded.duplicated], [0, 0]);
  });
});
