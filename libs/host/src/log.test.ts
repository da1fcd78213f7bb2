import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLogLine } from './log-line.ts';
import { createLogger } from './log.ts';

/** Collects what a logger writes. */
function capture(): { readonly lines: string[]; write(line: string): void } {
  const lines: string[] = [];
  return { lines, write: (line) => void lines.push(line) };
}

test('a machine reads one JSON record per line', () => {
  const stream = capture();
  createLogger('detect', { stream, level: 'info' }).info({ batch: 3 }, 'scored');
  const record: unknown = JSON.parse(stream.lines[0] ?? '');
  assert.partialDeepStrictEqual(record, { name: 'detect', batch: 3, msg: 'scored', level: 30 });
});

test('a person reads a line with time, level, name, message and values', () => {
  const stream = capture();
  createLogger('mix', { stream, level: 'info', format: 'text' }).warn({ lane: 'p30' }, 'waiting');
  assert.match(stream.lines[0] ?? '', /^\d\d:\d\d:\d\d WARN {2}mix {2}waiting {2}lane=p30\n$/);
});

test('document text never reaches a log, however it is handed in', () => {
  const stream = capture();
  const logger = createLogger('verify', { stream, level: 'info' });
  const document = { id: 'a', text: 'private words' };
  logger.info({ text: 'private words', document, record: { document } }, 'seen');
  assert.doesNotMatch(stream.lines.join(''), /private words/);
  assert.match(stream.lines.join(''), /\[document text\]/);
});

test('an error keeps its stack, indented below the line', () => {
  const stream = capture();
  createLogger('mix', { stream, level: 'info', format: 'text' }).error({ err: new Error('torn') }, 'failed');
  assert.match(stream.lines[0] ?? '', /ERROR mix {2}failed\n {4}Error: torn\n {8}at /);
});

test('escape sequences in a value are spelled out', () => {
  const line = formatLogLine(JSON.stringify({ level: 30, time: 0, name: 'x', msg: '\u001b[31mred' }));
  assert.equal(line, '00:00:00 INFO  x  \\u001b[31mred\n');
});

test('a line that is no record passes unchanged', () => {
  assert.equal(formatLogLine('plain\n'), 'plain\n');
  assert.equal(formatLogLine('7'), '7');
});

test('the level comes from BALLAST_LOG_LEVEL; a misspelt one is refused with the one that was meant', (t) => {
  const before = process.env['BALLAST_LOG_LEVEL'];
  t.after(() => {
    if (before === undefined) delete process.env['BALLAST_LOG_LEVEL'];
    else process.env['BALLAST_LOG_LEVEL'] = before;
  });
  const stream = capture();
  process.env['BALLAST_LOG_LEVEL'] = 'error';
  createLogger('x', { stream }).warn('quiet');
  assert.equal(stream.lines.length, 0);
  process.env['BALLAST_LOG_LEVEL'] = 'debgu';
  assert.throws(() => createLogger('x'), {
    code: 'BALLAST_HOST_LOG_LEVEL',
    exit: 78,
    message: /did you mean debug\?/,
  });
});
