export { oversample } from './oversample.ts';
export type { OversampleOptions, PublishedCensus } from './oversample.ts';
export type { StratumCount } from './census.ts';
export { referenceOf } from './reference.ts';
export type { Reference } from './reference.ts';
export { route, routeVersion } from './route.ts';
