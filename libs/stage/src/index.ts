export * from './stage.ts';
export * from './ports.ts';
export * from './message.ts';
export * from './brokers.ts';
export * from './errors.ts';
export * from './run.ts';
export * from './chain.ts';
export { groupErrors } from './stage-errors.ts';
