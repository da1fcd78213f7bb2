import { visible } from './visible.ts';

const levelNames = new Map([
  [10, 'TRACE'],
  [20, 'DEBUG'],
  [30, 'INFO'],
  [40, 'WARN'],
  [50, 'ERROR'],
  [60, 'FATAL'],
]);
/** What the line shows elsewhere, or what says nothing to a person at a terminal. */
const hidden: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'err']);

/**
 * One JSON log record as a line for people: `12:03:04 WARN  detect  message  key=value`, an error's
 * stack indented below it. Control characters are made visible. What is not a record passes unchanged.
 */
export function formatLogLine(json: string): string {
  let record: unknown;
  try {
    record = JSON.parse(json);
  } catch {
    return json;
  }
  if (typeof record !== 'object' || record === null) return json;
  const fields = new Map<string, unknown>(Object.entries(record));
  const time = new Date(Number(fields.get('time'))).toISOString().slice(11, 19);
  const level = (levelNames.get(Number(fields.get('level'))) ?? 'LOG').padEnd(5);
  const values = [...fields]
    .filter(([name]) => !hidden.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const parts = [fields.get('name'), fields.get('msg'), ...values].filter((part) => typeof part === 'string');
  return `${visible(`${time} ${level} ${parts.join('  ')}${stackOf(fields.get('err'))}`)}\n`;
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return '';
  return typeof error.stack === 'string' ? `\n    ${error.stack.replaceAll('\n', '\n    ')}` : '';
}
