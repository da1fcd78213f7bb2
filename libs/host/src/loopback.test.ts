import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignTo } from './loopback.ts';

test('own names with the own port are answered, alone or for an own page', () => {
  for (const host of ['127.0.0.1:80', 'localhost:80', 'LOCALHOST:80', '[::1]:80']) {
    assert.equal(foreignTo(80, { host }), undefined, host);
    assert.equal(foreignTo(80, { host, origin: 'http://localhost:80' }), undefined, host);
  }
});

test('a foreign name, another port, a name that only contains an own one, or none', () => {
  const hosts = [
    'evil.example:80',
    '127.0.0.1:81',
    '127.0.0.1',
    '127.0.0.1.evil.example:80',
    '127.0.0.1:80.evil.example',
    '',
  ];
  for (const host of hosts) assert.equal(foreignTo(80, { host }), 'host', host);
  assert.equal(foreignTo(80, {}), 'host');
  assert.equal(
    foreignTo(undefined, { host: '127.0.0.1:undefined' }),
    'host',
    'a server that does not listen',
  );
});

test('a page of another origin, another scheme, or without an origin of its own', () => {
  for (const origin of [
    'http://evil.example',
    'https://127.0.0.1:80',
    'null',
    '127.0.0.1:80',
    'http://127.0.0.1:81',
  ]) {
    assert.equal(foreignTo(80, { host: '127.0.0.1:80', origin }), 'origin', origin);
  }
});
