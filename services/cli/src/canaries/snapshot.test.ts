import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canariesSchema } from '@ballast/dashboard';
import type { FamilyStatus } from '@ballast/detect';
import { canariesSnapshot } from './snapshot.ts';
import { familyStatus } from './status.fixture.ts';

describe('canariesSnapshot', () => {
  test('says of each family what the command says, what waits most first', () => {
    const calm: FamilyStatus = {
      ...familyStatus,
      family: 'calm',
      calibrated: true,
      because: undefined,
      alarms: [],
      outlook: { waiting: 0, steps: [] },
    };
    const stuck: FamilyStatus = { ...familyStatus, family: 'stuck', outlook: { waiting: 40, steps: [] } };
    const { notes, families } = canariesSnapshot({
      isInForce: true,
      families: [calm, stuck, familyStatus],
    });
    assert.deepEqual(notes, []);
    assert.deepEqual(
      families.map(({ family, standing, hopeless, alarms }) => [
        family,
        standing,
        hopeless.slice(0, 12),
        alarms.length,
      ]),
      [
        ['web', 'not calibrated, it has too few canaries', '', 2],
        ['stuck', 'not calibrated, it has too few canaries', 'not even 1,0', 2],
        ['calm', 'calibrated', '', 0],
      ],
    );
    assert.deepEqual(families[0]?.steps, [{ human: 0, synthetic: 30, releases: 700 }]);
    assert.deepEqual(canariesSchema.parse({ notes, families }), { notes, families });
  });

  test('says when the detector has not judged by these canaries yet', () => {
    const { notes } = canariesSnapshot({ isInForce: false, families: [familyStatus] });
    assert.match(notes.join(' '), /^These canaries or this model are not in force yet.*\.$/);
  });
});
