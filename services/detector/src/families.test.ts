import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DriftAlarm, FamilyReport } from '@ballast/detect';
import { watchFamilies } from './families.ts';

const report = (family: string, calibrated: boolean, ...alarms: DriftAlarm[]): FamilyReport => ({
  family,
  calibrated,
  because: calibrated ? undefined : 'too_few_canaries',
  basis: 'canaries',
  canaries: { human: 30, synthetic: 30 },
  share: 0.1,
  shareLower: 0.05,
  shareUpper: 0.15,
  drifting: false,
  arrivals: 1_000,
  humanBandUpper: 0.1,
  falsePositives: undefined,
  truePositives: undefined,
  alarmAt5: 2,
  stability: 0.1,
  alarms,
});

function watch() {
  const lines: string[] = [];
  const gauges: string[] = [];
  const log = (level: string) => (fields: object, message?: string) =>
    lines.push(`${level} ${'family' in fields ? `${String(fields.family)}: ` : ''}${message ?? ''}`);
  const tell = watchFamilies({
    logger: { info: log('info'), warn: log('warn') },
    metrics: {
      setFamilies: (states) => {
        gauges.push(states.map(({ family, alarms }) => `${family} ${JSON.stringify(alarms)}`).join());
      },
    },
  });
  const snapshots = { model: 'm', calibration: '1', prevalence: '2' };
  return { lines, gauges, tell: (...families: FamilyReport[]) => tell({ families, snapshots }) };
}

describe('watchFamilies', () => {
  test('tells what is raised at first, then only what changes', () => {
    const { lines, tell } = watch();
    tell(report('calm', false), report('web', true, 'scores_moved'));
    assert.deepEqual(lines.splice(0), [
      'info judging by these estimates',
      'warn web: alarm scores_moved raised',
    ]);
    tell(report('calm', false), report('web', true, 'scores_moved'));
    assert.deepEqual(lines.splice(0), []);
    tell(report('calm', true), report('web', false, 'estimates_disagree'));
    assert.deepEqual(lines.splice(0), [
      'info calm: family calibrated',
      'info web: alarm scores_moved over',
      'warn web: alarm estimates_disagree raised',
      'warn web: family no longer calibrated: its text waits',
    ]);
  });

  test('every alarm has a value in the metrics, raised or not', () => {
    const { gauges, tell } = watch();
    tell(report('web', true, 'share_jumped'));
    assert.deepEqual(gauges, ['web {"scores_moved":false,"share_jumped":true,"estimates_disagree":false}']);
  });

  test('many changes at once are a bounded number of lines', () => {
    const { lines, tell } = watch();
    tell(...Array.from({ length: 500 }, (_, n) => report(`f${n}`, false, 'scores_moved')));
    assert.equal(lines.length, 22);
    assert.match(lines.at(-1) ?? '', /^warn more families have changed/);
  });
});
