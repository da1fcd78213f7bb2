import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdicts } from '@ballast/document';
import { verdictsOf } from './records.fixture.ts';
import { route } from './route.ts';

describe('route', () => {
  test('human pools go to the human lane, verified or not, whatever p says', () => {
    for (const pool of ['anchor', 'presumed'] as const) {
      assert.equal(route(verdictsOf({ pool, p: 0.95 })), 'documents.human');
      assert.equal(route(verdictsOf({ pool, p: 0.05 }, true)), 'documents.human');
    }
  });

  test('what checked out goes to the checked lane, whether uncertain or declared', () => {
    assert.equal(route(verdictsOf({ pool: 'uncertain', p: 0.4 }, true)), 'documents.checked');
    assert.equal(route(verdictsOf({ pool: 'synthetic', p: 1 }, true)), 'documents.checked');
  });

  test('the rest waits in the lane of its band', () => {
    const lanes = [0.05, 0.2, 0.4, 0.6, 0.8, 0.95].map((p) => route(verdictsOf({ pool: 'uncertain', p })));
    assert.deepEqual(lanes, [
      'documents.p30',
      'documents.p30',
      'documents.p50',
      'documents.p70',
      'documents.p90',
      'documents.synthetic',
    ]);
    assert.equal(route(verdictsOf({ pool: 'synthetic', p: 0.2 })), 'documents.synthetic');
  });

  test('the first refusal decides, before pool and check', () => {
    const kept = verdictsOf({ pool: 'anchor' }, true);
    const refused = (action: 'reject' | 'defer' | 'dead'): Verdicts => ({
      ...kept,
      verify: { stage: 'verify', version: 't', action, reason: 'x' },
    });
    assert.equal(route(refused('reject')), 'documents.rejected');
    assert.equal(route(refused('defer')), 'documents.deferred');
    assert.equal(route(refused('dead')), 'documents.dead');
    const both: Verdicts = {
      ...refused('reject'),
      detect: { stage: 'detect', version: 't', action: 'dead', reason: 'not_json' },
    };
    assert.equal(route(both), 'documents.dead');
  });

  test('a record that no detector judged cannot be mixed', () => {
    assert.equal(route({}), 'documents.dead');
  });

  test("the oversampler's own verdict never changes the topic: a replay may count differently (P2)", () => {
    const verdicts = verdictsOf({ pool: 'uncertain', p: 0.4 });
    for (const repeats of [1, 4]) {
      const oversample: Verdicts['oversample'] = {
        stage: 'oversample',
        version: 't',
        action: 'keep',
        reason: 'x',
        stratum: `s${repeats}`,
        repeats,
        tokens: 1,
        snapshots: { reference: 'r', census: 'c' },
      };
      assert.equal(route({ ...verdicts, oversample }), 'documents.p50');
    }
  });
});
