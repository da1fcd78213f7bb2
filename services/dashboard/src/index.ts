export { startDashboard } from './dashboard.ts';
export type { Dashboard, DashboardOptions } from './dashboard.ts';
export { dashboardSnapshotSchema } from './snapshot.ts';
export type { DashboardSnapshot } from './snapshot.ts';
export { canariesSchema } from './snapshot-canaries.ts';
export type { CanariesSnapshot } from './snapshot-canaries.ts';
