export * from './stage.ts';
export * from './ports.ts';
export * from './errors.ts';
