export { jsonLines } from './json-lines.ts';
export { openInput } from './open-input.ts';
