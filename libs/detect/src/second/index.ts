export { withSecond } from './open.ts';
export type { SecondOptions } from './open.ts';
export type { SecondEvent } from './pool.ts';
