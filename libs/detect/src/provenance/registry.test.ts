import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import { registrableDomain, sourceRegistry } from './registry.ts';

const registry = (...sources: object[]) => sourceRegistry(pipelineSchema.parse({ sources }).sources);

describe('source registry', () => {
  test('a source without entry is its own family and is trusted with nothing', () => {
    assert.deepEqual(registry()({ source: 'blog' }), {
      family: 'blog',
      trust: 'none',
      prior: undefined,
      match: undefined,
    });
  });

  test('an exact name goes before the longest pattern, which goes before shorter ones', () => {
    const of = registry(
      { match: 'gov*', trust: 'none', family: 'state' },
      { match: 'gov-archive*', trust: 'human' },
      { match: 'gov-archive-bots', trust: 'synthetic' },
    );
    assert.equal(of({ source: 'gov-archive-1' }).trust, 'human');
    assert.equal(of({ source: 'gov-archive-bots' }).trust, 'synthetic');
    assert.equal(of({ source: 'gov-news' }).trust, 'none');
    assert.equal(of({ source: 'gov-archive-1' }).family, 'state');
  });

  test('`*` pools everything into one family and leaves named trust alone', () => {
    const of = registry({ match: '*', family: 'all' }, { match: 'kept', trust: 'human' });
    assert.equal(of({ source: 'anything' }).family, 'all');
    assert.deepEqual(of({ source: 'kept' }), {
      family: 'all',
      trust: 'human',
      prior: undefined,
      match: 'kept',
    });
  });

  test('matches the registrable domain of the URL, not a lookalike of it', () => {
    const of = registry({ match: 'example.co.uk', trust: 'human' });
    const trust = (url: string): string => of({ source: 'crawl', url }).trust;
    assert.equal(trust('https://www.example.co.uk/a'), 'human');
    assert.equal(trust('https://EXAMPLE.co.uk:8080/'), 'human');
    assert.equal(trust('https://example.co.uk@evil.net/'), 'none');
    assert.equal(trust('https://example.co.uk.evil.net/'), 'none');
    assert.equal(trust('https://notexample.co.uk/'), 'none');
    assert.equal(trust('ftp://example.co.uk/'), 'none');
    assert.equal(trust('example.co.uk'), 'none');
  });

  test('strangers under a shared host are not covered by the host', () => {
    assert.equal(registrableDomain('https://someone.github.io/x'), 'someone.github.io');
    assert.equal(registrableDomain('http://192.168.0.1/'), undefined);
  });

  test('synthetic by name or by domain is synthetic, whatever the other side says', () => {
    const of = registry({ match: 'press', trust: 'human' }, { match: 'textmill.com', trust: 'synthetic' });
    assert.equal(of({ source: 'press', url: 'https://textmill.com/1' }).trust, 'synthetic');
  });

  test('names from hostile input are only names', () => {
    assert.equal(registry({ match: 'a', trust: 'human' })({ source: '__proto__' }).trust, 'none');
    assert.equal(registry()({ source: 'constructor' }).family, 'constructor');
  });
});
