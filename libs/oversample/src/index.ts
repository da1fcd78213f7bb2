export { oversample } from './oversample.ts';
export type { OversampleOptions, PublishedCensus } from './oversample.ts';
export type { StratumCount } from './census.ts';
export { route, routeVersion } from './route.ts';
