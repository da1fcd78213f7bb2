import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FamilyState } from './family-metrics.ts';
import { createMetrics } from './metrics.ts';

const family = (name: string, change: Partial<FamilyState> = {}): FamilyState => ({
  family: name,
  calibrated: false,
  alarms: { scores_moved: false, share_jumped: false },
  share: 0.2,
  shareLower: 0.1,
  shareUpper: 0.3,
  humanBandUpper: 0.12,
  stability: 0.05,
  canaries: { human: 30, synthetic: 20 },
  arrivals: 100,
  ...change,
});

const linesOf = async (states: readonly (readonly FamilyState[])[]): Promise<readonly string[]> => {
  const metrics = createMetrics({ processMetrics: false });
  for (const state of states) metrics.setFamilies(state);
  return (await metrics.text()).split('\n').filter((line) => line.startsWith('ballast_famil'));
};

suite('source families as metrics', () => {
  test('a family shows its share, its alarms, its calibration and its canaries', async () => {
    const lines = await linesOf([
      [family('web', { calibrated: true, alarms: { scores_moved: true, share_jumped: false } })],
    ]);
    assert.deepEqual(lines, [
      'ballast_families{calibrated="true"} 1',
      'ballast_families{calibrated="false"} 0',
      'ballast_families_alarmed{alarm="scores_moved"} 1',
      'ballast_families_alarmed{alarm="share_jumped"} 0',
      'ballast_family_synthetic_ratio{family="web",bound="estimate"} 0.2',
      'ballast_family_synthetic_ratio{family="web",bound="lower"} 0.1',
      'ballast_family_synthetic_ratio{family="web",bound="upper"} 0.3',
      'ballast_family_calibrated{family="web"} 1',
      'ballast_family_alarm{family="web",alarm="scores_moved"} 1',
      'ballast_family_alarm{family="web",alarm="share_jumped"} 0',
      'ballast_family_stability_index{family="web"} 0.05',
      'ballast_family_human_band_upper_ratio{family="web"} 0.12',
      'ballast_family_canaries{family="web",label="human"} 30',
      'ballast_family_canaries{family="web",label="synthetic"} 20',
    ]);
  });

  test('what is set replaces what was: a family that is gone has no series, an alarm that is over reads 0', async () => {
    const lines = await linesOf([
      [family('gone'), family('web', { alarms: { scores_moved: true } })],
      [family('web', { alarms: { scores_moved: false } })],
    ]);
    assert.ok(!lines.some((line) => line.includes('gone')));
    assert.ok(lines.includes('ballast_families_alarmed{alarm="scores_moved"} 0'));
    assert.ok(lines.includes('ballast_family_alarm{family="web",alarm="scores_moved"} 0'));
  });

  test('series are bounded, alarmed families first, and names from outside add none; the totals count all', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => family(`f${n}`, { arrivals: 2_000 - n }));
    const odd = family('a "name"\n{}', { alarms: { scores_moved: true } });
    const lines = await linesOf([
      [...many, odd, family('late', { arrivals: 0, alarms: { scores_moved: true } })],
    ]);
    const shown = lines.filter((line) => line.startsWith('ballast_family_calibrated'));
    assert.equal(shown.length, 50);
    assert.equal(shown[0], 'ballast_family_calibrated{family="late"} 0');
    assert.ok(lines.includes('ballast_families{calibrated="false"} 1002'));
    assert.ok(lines.includes('ballast_families_alarmed{alarm="scores_moved"} 2'));
  });
});
