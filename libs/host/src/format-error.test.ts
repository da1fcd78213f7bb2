import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BallastError } from '@ballast/stage';
import { parsePipeline } from './config.ts';
import { configErrors, hostErrors } from './errors.ts';
import { exitCodeOf, formatError } from './format-error.ts';

/** What a text throws. */
function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('a user reads what is wrong, why, what to do and where it is explained', () => {
  const cause = new Error('address in use', { cause: new Error('EADDRINUSE') });
  const error = new BallastError(hostErrors.port, 'cannot listen on 127.0.0.1:80', { cause });
  assert.equal(
    formatError(error),
    'BALLAST_HOST_PORT: cannot listen on 127.0.0.1:80\n' +
      '   because: address in use\n' +
      '   because: EADDRINUSE\n' +
      `   fix: ${hostErrors.port.fix}      docs: errors.md#BALLAST_HOST_PORT\n`,
  );
  assert.equal(exitCodeOf(error), 69);
});

test('a machine reads the same as one JSON object', () => {
  const error = new BallastError(hostErrors.port, 'cannot listen', { cause: new Error('in use') });
  assert.deepEqual(JSON.parse(formatError(error, { json: true })), {
    schemaVersion: 1,
    error: {
      code: 'BALLAST_HOST_PORT',
      message: 'cannot listen',
      fix: hostErrors.port.fix,
      docs: 'errors.md#BALLAST_HOST_PORT',
      exit: 69,
      causes: ['in use'],
    },
  });
});

test('every problem of a configuration is listed, in text and as data', () => {
  const error = thrownBy(() => parsePipeline('mixer: {caps: {total: 40}}\nx: 1', 'p.yaml'));
  assert.match(
    formatError(error),
    /^p\.yaml:1:23 {2}mixer\.caps\.total: 40 .*\n {3}fix: .*\np\.yaml:2:1 {2}x: /,
  );
  const parsed: unknown = JSON.parse(formatError(error, { json: true }));
  assert.partialDeepStrictEqual(parsed, {
    error: {
      exit: 78,
      problems: [
        { code: 'BALLAST_CONFIG_RANGE', file: 'p.yaml', line: 1, column: 23, path: 'mixer.caps.total' },
        { code: 'BALLAST_CONFIG_UNKNOWN_KEY', line: 2, path: 'x' },
      ],
    },
  });
});

test('anything else is a bug: exit 70, with the stack', () => {
  const text = formatError(new TypeError('undefined is not a function'));
  assert.match(text, /^BALLAST_HOST_BUG: undefined is not a function\n {4}at /);
  assert.equal(exitCodeOf(new TypeError('x')), 70);
  assert.match(formatError('thrown text'), /^BALLAST_HOST_BUG: thrown text\n/);
});

test('an endless chain of causes ends', () => {
  const error = new BallastError(hostErrors.port, 'loop');
  error.cause = error;
  assert.equal(formatError(error).match(/because: loop/g)?.length, 5);
});

test('control characters in a message are spelled out', () => {
  assert.match(formatError(new BallastError(hostErrors.port, '\u001b[2J')), /\\u001b\[2J/);
});

test('codes are unique and well formed, fixes are phrases', () => {
  const kinds = [...Object.values(configErrors), ...Object.values(hostErrors)];
  assert.equal(new Set(kinds.map(({ code }) => code)).size, kinds.length);
  for (const { code, exit, fix } of kinds) {
    assert.match(code, /^BALLAST_[A-Z]+_[A-Z_]+$/);
    // Usage, or one of sysexits.
    assert.ok(exit === 2 || (exit >= 64 && exit <= 78));
    assert.match(fix, /^[a-z]/);
  }
});
