export { credentialProbe } from './probe.ts';
export { readTrustList } from './trust-list.ts';
export type { TrustList } from './trust-list.ts';
export { credentialErrors } from './errors.ts';
