export * from './memory.ts';
export * from './stage.ts';
export * from './topics.ts';
