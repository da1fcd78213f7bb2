import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { startDashboard } from './dashboard.ts';
import type { Dashboard } from './dashboard.ts';
import { exampleSnapshot } from './snapshot.fixture.ts';
import { dashboardSnapshotSchema } from './snapshot.ts';
import type { DashboardSnapshot } from './snapshot.ts';

let take: () => DashboardSnapshot | Promise<DashboardSnapshot> = () => exampleSnapshot;
let taken = 0;
let dashboard: Dashboard;
const stop = new AbortController();

const snapshot = (): DashboardSnapshot | Promise<DashboardSnapshot> => {
  taken += 1;
  return take();
};

before(async () => {
  dashboard = await startDashboard({ port: 0, signal: stop.signal, snapshot });
});
after(() => dashboard.close());

/** A request with headers that fetch does not let a caller set. */
function ask(path: string, headers: { readonly [name: string]: string }): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(new URL(path, dashboard.url), { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

/** Reads a stream of events until `count` blocks have come. */
async function blocksOf(response: Response, count: number): Promise<readonly string[]> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    const blocks = text.split('\n\n').slice(0, -1);
    if (blocks.length >= count) return blocks;
  }
  return text.split('\n\n');
}

/** Number of an event. */
function idOf(block: string): number {
  return Number(/^id: (\d+)$/m.exec(block)?.[1]);
}

suite('page', () => {
  test('listens on loopback only', () => {
    assert.match(dashboard.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  test('everything the page refers to is served from here, as the type a browser demands', async () => {
    const html = await (await fetch(dashboard.url)).text();
    const referred = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    const waiting = [...referred];
    const seen = new Set<string>();
    const imports = new Map<string, string>();
    const map: unknown = JSON.parse(/<script type="importmap">(.*?)<\/script>/.exec(html)?.[1] ?? '');
    assert.ok(typeof map === 'object' && map !== null && 'imports' in map);
    for (const [name, path] of Object.entries(map.imports ?? {})) imports.set(name, String(path));
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const response = await fetch(new URL(path, dashboard.url));
      assert.equal(response.status, 200, path);
      const isScript = /\.(?:ts|js)$/.test(path);
      if (isScript)
        assert.equal(response.headers.get('content-type'), 'text/javascript; charset=utf-8', path);
      const body = await response.text();
      for (const [, target = ''] of isScript ? body.matchAll(/\bfrom ?["']([^"']+)["']/g) : []) {
        waiting.push(
          target.startsWith('.')
            ? new URL(target, new URL(path, dashboard.url)).pathname
            : (imports.get(target) ?? `/missing ${target}`),
        );
      }
    }
    assert.ok(seen.has('/page/main.ts') && seen.has('/page/flow.ts') && seen.has('/library/preact.js'));
  });

  test('scripts are sent without types, on the lines of their source', async () => {
    const body = await (await fetch(`${dashboard.url}page/format.ts`)).text();
    assert.doesNotMatch(body, /: number|: string/);
    assert.equal((await ask('/page/format.test.ts', {})) ?? 0, 404, 'tests are not part of the page');
  });

  test('the page as a whole stays under 150 KB', async () => {
    const html = await (await fetch(dashboard.url)).text();
    const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    const pages = [
      'caps',
      'commits',
      'connection',
      'flow',
      'format',
      'history',
      'html',
      'icons',
      'live',
      'origin',
    ];
    const all = [...paths, ...pages.map((name) => `/page/${name}.ts`)];
    const sizes = await Promise.all(
      all.map(async (path) => (await (await fetch(new URL(path, dashboard.url))).arrayBuffer()).byteLength),
    );
    assert.ok(sizes.reduce((sum, size) => sum + size, html.length) < 150_000);
  });
});

suite('protection', () => {
  test('the policy allows own files and the import map, nothing else', async () => {
    const response = await fetch(dashboard.url);
    const policy = response.headers.get('content-security-policy') ?? '';
    const inline = /<script type="importmap">(.*?)<\/script>/.exec(await response.text())?.[1] ?? '';
    const hash = createHash('sha256').update(inline).digest('base64');
    assert.ok(policy.includes(`script-src 'self' 'sha256-${hash}';`), policy);
    assert.match(policy, /^default-src 'none'; /);
    assert.match(policy, /frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'$/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('cross-origin-resource-policy'), 'same-origin');
  });

  test('a foreign name that resolves to this machine is turned away, on every path', async () => {
    const { port } = new URL(dashboard.url);
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      '127.0.0.1:1',
      `127.0.0.2:${port}`,
    ]) {
      for (const path of ['/', '/api/snapshot', '/api/events', '/page/main.ts', '/nowhere']) {
        assert.equal(await ask(path, { host }), 421, `${host} ${path}`);
      }
    }
    for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
      assert.equal(await ask('/', { host }), 200);
  });

  test('a request on behalf of another page is turned away', async () => {
    assert.equal(await ask('/api/snapshot', { origin: 'http://evil.example' }), 403);
    assert.equal(await ask('/api/snapshot', { origin: 'null' }), 403);
    assert.equal(await ask('/api/snapshot', { origin: dashboard.url.slice(0, -1) }), 200);
  });

  test('no path leaves the closed list of files, and nothing can be written', async () => {
    for (const path of [
      '/page/../dashboard.ts',
      '/page/%2e%2e/dashboard.ts',
      '/page/tsconfig.json',
      '/library/../x',
    ]) {
      assert.equal(await ask(path, {}), 404, path);
    }
    assert.equal((await fetch(`${dashboard.url}api/snapshot`, { method: 'POST' })).status, 404);
  });
});

suite('numbers', () => {
  test('the snapshot is served as it was taken', async () => {
    const body: unknown = await (await fetch(`${dashboard.url}api/snapshot`)).json();
    assert.deepEqual(body, exampleSnapshot);
  });

  test('text that hides or reorders itself is spelled out before it reaches the page', async () => {
    take = () => ({
      ...exampleSnapshot,
      dataset: '\u202eevil',
      lanes: [{ lane: 'p30', documents: 1, note: 'a\u0000b' }],
    });
    const body = dashboardSnapshotSchema.parse(await (await fetch(`${dashboard.url}api/snapshot`)).json());
    assert.equal(body.dataset, '\\u202eevil');
    assert.equal(body.lanes[0]?.note, 'a\\u0000b');
    take = () => exampleSnapshot;
  });

  test('events bring one whole snapshot a second, numbered, the first at once', async () => {
    const started = performance.now();
    const response = await fetch(`${dashboard.url}api/events`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
    const [retry, first = '', second = ''] = await blocksOf(response, 3);
    assert.equal(retry, 'retry: 2000');
    assert.equal(idOf(second), idOf(first) + 1);
    assert.deepEqual(JSON.parse(/^data: (.*)$/m.exec(first)?.[1] ?? ''), exampleSnapshot);
    const elapsed = performance.now() - started;
    assert.ok(elapsed > 800 && elapsed < 5_000, `${elapsed} ms`);
  });

  test('nobody looking, nothing is taken', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const before = taken;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(taken, before);
  });

  test('a snapshot that cannot be taken, or is not one, is told and does not end the stream', async () => {
    take = () => Promise.reject(new Error('the table is locked'));
    const response = await fetch(`${dashboard.url}api/snapshot`);
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), { problem: 'the table is locked' });
    const events = await fetch(`${dashboard.url}api/events`);
    const [, problem] = await blocksOf(events, 2);
    assert.match(problem ?? '', /^id: \d+\nevent: problem\ndata: \{"problem":"the table is locked"\}$/);
    take = () => ({ ...exampleSnapshot, caps: { unverified: 40, total: 0.3 } });
    assert.equal((await fetch(`${dashboard.url}api/snapshot`)).status, 503);
    take = () => exampleSnapshot;
    assert.equal((await fetch(`${dashboard.url}api/snapshot`)).status, 200);
  });
});

suite('life', () => {
  test('a port in use is an error with a fix', async () => {
    const port = Number(new URL(dashboard.url).port);
    const again = startDashboard({ port, signal: stop.signal, snapshot: () => exampleSnapshot });
    await assert.rejects(again, { code: 'BALLAST_HOST_PORT', exit: 69 });
  });

  test('aborting ends open streams and stops listening', async () => {
    const ending = new AbortController();
    const other = await startDashboard({ port: 0, signal: ending.signal, snapshot: () => exampleSnapshot });
    const events = await fetch(`${other.url}api/events`);
    ending.abort();
    await events.text();
    await other.close();
    await assert.rejects(fetch(other.url));
  });
});

test('the example is a snapshot', () => {
  assert.deepEqual(dashboardSnapshotSchema.parse(exampleSnapshot), exampleSnapshot);
});
