import { driftAlarms } from '@ballast/detect';
import type { FamiliesState, FamilyReport } from '@ballast/detect';
import type { Logger, Metrics } from '@ballast/host';

/** Who is told. */
export interface FamilyWatchers {
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly metrics: Pick<Metrics, 'setFamilies'>;
}

/** Changes told one by one at a time; of more, their number. */
const linesMax = 20;

/**
 * Sets the gauges of all families and logs what has changed since the last call: an alarm raised or over, a
 * family calibrated or no longer. Give it to the detector as `onEstimates`.
 */
export function watchFamilies({ logger, metrics }: FamilyWatchers): (state: FamiliesState) => void {
  let before: ReadonlyMap<string, FamilyReport> | undefined;
  return ({ families, snapshots }) => {
    metrics.setFamilies(
      families.map((report) => ({
        ...report,
        alarms: Object.fromEntries(driftAlarms.map((alarm) => [alarm, report.alarms.includes(alarm)])),
      })),
    );
    if (before === undefined) {
      const calibrated = families.filter((report) => report.calibrated).length;
      logger.info({ ...snapshots, families: families.length, calibrated }, 'judging by these estimates');
    }
    const changes = families.flatMap((report) => changesOf(before?.get(report.family), report));
    for (const { level, message, report } of changes.slice(0, linesMax)) {
      logger[level]({ ...fieldsOf(report), ...snapshots }, message);
    }
    if (changes.length > linesMax) {
      logger.warn(
        { ...snapshots, changes: changes.length - linesMax },
        'more families have changed: see the metrics',
      );
    }
    before = new Map(families.map((report) => [report.family, report]));
  };
}

interface Change {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly report: FamilyReport;
}

/** At first sight only what is raised is a change; that a family is not calibrated is how all begin. */
function changesOf(before: FamilyReport | undefined, report: FamilyReport): readonly Change[] {
  const changes: Change[] = [];
  for (const alarm of driftAlarms) {
    const [was, is] = [before?.alarms.includes(alarm) ?? false, report.alarms.includes(alarm)];
    if (is && !was) changes.push({ level: 'warn', message: `alarm ${alarm} raised`, report });
    if (was && !is) changes.push({ level: 'info', message: `alarm ${alarm} over`, report });
  }
  if (before !== undefined && before.calibrated !== report.calibrated) {
    changes.push(
      report.calibrated
        ? { level: 'info', message: 'family calibrated', report }
        : { level: 'warn', message: 'family no longer calibrated: its text waits', report },
    );
  }
  return changes;
}

function fieldsOf(report: FamilyReport) {
  const { family, share, shareLower, shareUpper, stability, humanBandUpper, because, canaries } = report;
  return {
    family,
    share,
    shareLower,
    shareUpper,
    stability,
    humanBandUpper,
    canaries,
    ...(because === undefined ? {} : { because }),
  };
}
