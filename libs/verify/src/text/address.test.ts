import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAddress } from './address.ts';

const matches = (text: string): boolean => isAddress(text, 0, text.length);

test('host names, URLs, public IP addresses and e-mail addresses are addresses', () => {
  for (const text of [
    'example.org',
    'www.example.co.uk',
    'http://example.org',
    'ftp://user:pw@example.org:8080/path?q=1#x',
    'someone+tag@mail.example.org',
    'mailto:someone@example.org',
    '8.8.8.8',
    'http://8.8.8.8:80/',
    'münchen.de',
    '𝟘https://example.org',
    'example.org/a(b)c',
    'a@b@example.org',
  ]) {
    assert.ok(matches(text), text);
  }
});

test('no dot, an upper-case or one-letter end, private networks, bad labels and ports are not', () => {
  for (const text of [
    'localhost',
    'end.Start',
    'e.g',
    '10.0.0.1',
    '192.168.1.1',
    '127.0.0.1',
    '-a.org',
    'a-.org',
    'a..org',
    '.org',
    'example.org:1',
    'example.org:123456',
    `${'a'.repeat(65)}.org`,
    '1.5',
    'example.org,',
    'a b.org',
  ]) {
    assert.ok(!matches(text), text);
  }
});
